using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// Writes <c>config.json</c>. Every byte matters: a base model's fingerprint hashes this text, so what it has once written for a
/// configuration it must always write.
/// </summary>
internal static class ConfigWriter
{
    public static string ModelType(ModelFamily family) => family.ToString().ToLowerInvariant();

    public static string Architecture(ModelFamily family) => $"{family}ForCausalLM";

    public static string Write(ModelConfig config)
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(Architecture(config.Family)),
            ["model_type"] = ModelType(config.Family),
            ["vocab_size"] = config.VocabularySize,
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["head_dim"] = config.HeadDim,
            ["max_position_embeddings"] = config.ContextLength,
            ["rms_norm_eps"] = config.RmsNormEpsilon,
            ["rope_theta"] = config.RopeTheta,
        };
        if (config.RopeScaling is { } scaling) json["rope_scaling"] = Scaling(scaling);
        json["tie_word_embeddings"] = config.TiedEmbeddings;
        json["attention_bias"] = config.AttentionBias;
        json["mlp_bias"] = config.MlpBias;
        json["hidden_act"] = "silu";
        json["torch_dtype"] = "float32";
        AddWindow(json, config);

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" })) json.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // Absent would be a window in mistral and none in the others, as their readers have it.
    private static void AddWindow(JsonObject json, ModelConfig config)
    {
        if (config.Family is ModelFamily.Mistral)
        {
            json["sliding_window"] = config.Window?.Length;
        }
        else if (config.Window is { } window)
        {
            json["use_sliding_window"] = true;
            json["sliding_window"] = window.Length;
            json["layer_types"] = new JsonArray([.. Enumerable.Range(0, config.Layers).Select(layer =>
                (JsonNode)(window.AppliesTo(layer) ? "sliding_attention" : "full_attention"))]);
        }
    }

    private static JsonObject Scaling(RopeScaling scaling) => scaling switch
    {
        LinearRopeScaling linear => new() { ["rope_type"] = "linear", ["factor"] = linear.Factor },
        DynamicRopeScaling dynamic => new() { ["rope_type"] = "dynamic", ["factor"] = dynamic.Factor },
        Llama3RopeScaling llama3 => new()
        {
            ["rope_type"] = "llama3",
            ["factor"] = llama3.Factor,
            ["low_freq_factor"] = llama3.LowFrequencyFactor,
            ["high_freq_factor"] = llama3.HighFrequencyFactor,
            ["original_max_position_embeddings"] = llama3.OriginalContextLength,
        },
        YarnRopeScaling yarn => new()
        {
            ["rope_type"] = "yarn",
            ["factor"] = yarn.Factor,
            ["original_max_position_embeddings"] = yarn.OriginalContextLength,
            ["attention_factor"] = yarn.AttentionFactor,
            ["beta_fast"] = yarn.FastRotations,
            ["beta_slow"] = yarn.SlowRotations,
            ["truncate"] = yarn.Truncate,
        },
        _ => throw new InvalidOperationException($"{scaling.GetType().Name} has no spelling."),
    };
}
