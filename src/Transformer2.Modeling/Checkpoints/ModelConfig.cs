using System.Text.Json;
using System.Text.Json.Serialization;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>What the forward pass needs of a Hugging Face <c>config.json</c> of the Llama family.</summary>
public sealed record ModelConfig
{
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

    /// <summary>Most positions that the model was made for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Epsilon of RMSNorm.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Llama 3's frequency scaling, or null.</summary>
    public Llama3RopeScaling? RopeScaling { get; init; }

    /// <summary>The head shares the embedding's weights.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Biases on q, k, v and o.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Biases on gate, up and down.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <exception cref="CheckpointException">Not readable, a field is missing, or it asks for something that would change the result and is not implemented.</exception>
    public static ModelConfig Parse(ReadOnlySpan<byte> json)
    {
        ConfigJson? raw;
        try
        {
            raw = JsonSerializer.Deserialize(json, ConfigJsonContext.Default.ConfigJson);
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"config.json is not valid: {e.Message}", e);
        }

        return (raw ?? throw new CheckpointException("config.json is empty.")).ToConfig();
    }

    /// <summary>The same as a <c>config.json</c>, in Hugging Face's names.</summary>
    public string ToJson() => JsonSerializer.Serialize(ConfigJson.From(this), ConfigJsonContext.Default.ConfigJson);
}

/// <summary>Parameters of RoPE scaling of type <c>llama3</c>.</summary>
/// <param name="Factor">Division of the low frequencies.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original length / this are divided by the factor.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original length / this stay.</param>
/// <param name="OriginalContextLength">Context of the original training.</param>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContextLength);
