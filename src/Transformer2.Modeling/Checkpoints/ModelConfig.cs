using System.Text.Json;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>What the forward pass needs of a Hugging Face <c>config.json</c>.</summary>
public sealed record ModelConfig
{
    /// <summary>Which model this is; decides what no field says.</summary>
    public ModelFamily Family { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the gated MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/> (grouped-query attention).</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; need not be <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadDim { get; init; }

    /// <summary>The file's <c>max_position_embeddings</c>: most positions that the model was made for, before what <see cref="RopeScaling"/> adds.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Most positions with what linear, dynamic and yarn scaling add.</summary>
    public int ExtendedContextLength => RopeScaling switch
    {
        LinearRopeScaling linear => Extended(ContextLength, linear.Factor),
        DynamicRopeScaling dynamic => Extended(ContextLength, dynamic.Factor),
        YarnRopeScaling yarn => Math.Max(ContextLength, Extended(yarn.OriginalContextLength, yarn.Factor)),
        _ => ContextLength,
    };

    /// <summary>Epsilon of RMSNorm.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How the rotary frequencies are scaled, or null.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Sliding-window attention, or null when every layer sees everything before.</summary>
    public AttentionWindow? Window { get; init; }

    /// <summary>The head shares the embedding's weights.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Biases on q, k and v.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>A bias on o: with the others, except in Qwen2.</summary>
    public bool OutputBias => AttentionBias && Family is not ModelFamily.Qwen2;

    /// <summary>Biases on gate, up and down.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Every head of q and k is normalised before the rotary embedding.</summary>
    public bool QueryKeyNorm => Family is ModelFamily.Qwen3;

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <exception cref="CheckpointException">Not readable, a field is missing, or it asks for something that would change the result and is not implemented.</exception>
    public static ModelConfig Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutMark(json).ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return ConfigReader.Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for text that is not Unicode
        {
            throw new CheckpointException($"config.json is not valid: {e.Message}", e);
        }
    }

    /// <summary>The same as a <c>config.json</c>, in Hugging Face's names; equal for equal configurations, because a model's fingerprint hashes it.</summary>
    public string ToJson() => ConfigWriter.Write(this);

    // Editors add the mark to files that other programs wrote without it.
    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private static int Extended(int length, double factor) => (int)Math.Min(int.MaxValue, length * factor);
}
