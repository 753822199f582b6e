using System.Text.Json;
using System.Text.Json.Serialization;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>The fields of <c>config.json</c> as they stand in the file.</summary>
internal sealed record ConfigJson
{
    public string[]? Architectures { get; init; }
    public string? ModelType { get; init; }
    public int? VocabSize { get; init; }
    public int? HiddenSize { get; init; }
    public int? IntermediateSize { get; init; }
    public int? NumHiddenLayers { get; init; }
    public int? NumAttentionHeads { get; init; }
    public int? NumKeyValueHeads { get; init; }
    public int? HeadDim { get; init; }
    public int? MaxPositionEmbeddings { get; init; }
    public double? RmsNormEps { get; init; }
    public double? RopeTheta { get; init; }
    public Dictionary<string, JsonElement>? RopeScaling { get; init; }
    public bool? TieWordEmbeddings { get; init; }
    public bool? AttentionBias { get; init; }
    public bool? MlpBias { get; init; }
    public string? HiddenAct { get; init; }
    public int? BosTokenId { get; init; }
    public JsonElement? EosTokenId { get; init; }
    public string? TorchDtype { get; init; }

    public static ConfigJson From(ModelConfig config) => new()
    {
        Architectures = ["LlamaForCausalLM"],
        ModelType = "llama",
        VocabSize = config.VocabularySize,
        HiddenSize = config.HiddenSize,
        IntermediateSize = config.IntermediateSize,
        NumHiddenLayers = config.Layers,
        NumAttentionHeads = config.Heads,
        NumKeyValueHeads = config.KeyValueHeads,
        HeadDim = config.HeadDim,
        MaxPositionEmbeddings = config.ContextLength,
        RmsNormEps = config.RmsNormEpsilon,
        RopeTheta = config.RopeTheta,
        RopeScaling = config.RopeScaling is { } scaling ? ToJson(scaling) : null,
        TieWordEmbeddings = config.TiedEmbeddings,
        AttentionBias = config.AttentionBias,
        MlpBias = config.MlpBias,
        HiddenAct = "silu",
        TorchDtype = "float32",
    };

    public ModelConfig ToConfig()
    {
        if (ModelType is not "llama")
            throw new CheckpointException($"config.json: model_type '{ModelType}' is not supported; supported: llama.");
        if (HiddenAct is not (null or "silu"))
            throw new CheckpointException($"config.json: hidden_act '{HiddenAct}' is not supported; supported: silu.");

        var heads = Positive(NumAttentionHeads, "num_attention_heads");
        var hidden = Positive(HiddenSize, "hidden_size");
        var keyValueHeads = NumKeyValueHeads is null ? heads : Positive(NumKeyValueHeads, "num_key_value_heads");
        if (heads % keyValueHeads != 0)
            throw new CheckpointException($"config.json: num_key_value_heads {keyValueHeads} does not divide num_attention_heads {heads}.");
        if (HeadDim is null && hidden % heads != 0)
            throw new CheckpointException($"config.json: num_attention_heads {heads} does not divide hidden_size {hidden}, and head_dim is absent.");
        var headDim = HeadDim is null ? hidden / heads : Positive(HeadDim, "head_dim");
        if (headDim % 2 != 0)
            throw new CheckpointException($"config.json: head_dim {headDim} is odd; rotary embedding needs an even one.");

        return new ModelConfig
        {
            VocabularySize = Positive(VocabSize, "vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = Positive(IntermediateSize, "intermediate_size"),
            Layers = Positive(NumHiddenLayers, "num_hidden_layers", most: 10_000),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDim = headDim,
            ContextLength = Positive(MaxPositionEmbeddings ?? 2048, "max_position_embeddings"),
            RmsNormEpsilon = RmsNormEps ?? 1e-6,
            RopeTheta = RopeTheta ?? 10000,
            RopeScaling = Scaling(),
            TiedEmbeddings = TieWordEmbeddings ?? false,
            AttentionBias = AttentionBias ?? false,
            MlpBias = MlpBias ?? false,
        };
    }

    // Far above any model, and low enough that no product of two of them overflows unnoticed.
    private static int Positive(int? value, string field, int most = 1 << 24) => value switch
    {
        null => throw new CheckpointException($"config.json: {field} is missing."),
        <= 0 => throw new CheckpointException($"config.json: {field} is {value}; it must be positive."),
        _ when value > most => throw new CheckpointException($"config.json: {field} is {value}; at most {most} is supported."),
        _ => value.Value,
    };

    private Llama3RopeScaling? Scaling()
    {
        if (RopeScaling is null) return null;
        var kind = (Field("rope_type") ?? Field("type"))?.GetString();
        if (kind is "default") return null;
        if (kind is not "llama3")
            throw new CheckpointException($"config.json: rope_scaling of type '{kind}' is not supported; supported: default, llama3.");
        return new Llama3RopeScaling(Number("factor"), Number("low_freq_factor"), Number("high_freq_factor"), (int)Number("original_max_position_embeddings"));
    }

    private JsonElement? Field(string name) => RopeScaling!.TryGetValue(name, out var value) ? value : null;

    private double Number(string name) => Field(name) is { ValueKind: JsonValueKind.Number } value && value.GetDouble() > 0
        ? value.GetDouble()
        : throw new CheckpointException($"config.json: rope_scaling.{name} is missing or not a positive number.");

    private static Dictionary<string, JsonElement> ToJson(Llama3RopeScaling scaling) => new()
    {
        ["rope_type"] = JsonSerializer.SerializeToElement("llama3", ConfigJsonContext.Default.String),
        ["factor"] = JsonSerializer.SerializeToElement(scaling.Factor, ConfigJsonContext.Default.Double),
        ["low_freq_factor"] = JsonSerializer.SerializeToElement(scaling.LowFrequencyFactor, ConfigJsonContext.Default.Double),
        ["high_freq_factor"] = JsonSerializer.SerializeToElement(scaling.HighFrequencyFactor, ConfigJsonContext.Default.Double),
        ["original_max_position_embeddings"] = JsonSerializer.SerializeToElement((double)scaling.OriginalContextLength, ConfigJsonContext.Default.Double),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ConfigJson))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;
