using System.Text.Json;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// Reads the rotary embedding's fields in their spellings: <c>rope_theta</c> with <c>rope_scaling</c> and its <c>type</c> or
/// <c>rope_type</c>, or all of it in <c>rope_parameters</c>.
/// </summary>
internal static class RopeReader
{
    // Frequencies and their scaling stay numbers in float32 within these.
    private const double MostTheta = 1e15;
    private const double MostFactor = 1e6;

    /// <param name="config">The file's fields.</param>
    /// <param name="contextLength">The file's <c>max_position_embeddings</c>.</param>
    /// <param name="headDim">Width of one head.</param>
    public static (double Theta, RopeScaling? Scaling) Read(ConfigFields config, int contextLength, int headDim)
    {
        const string old = "rope_scaling", current = "rope_parameters";
        var theta = config.OptionalNumber("rope_theta", least: 1, most: MostTheta, open: true);
        var (scaling, parameters) = (config.Find(old), config.Find(current));
        if (scaling is { } a && parameters is { } b && !JsonElement.DeepEquals(a, b)) throw config.Refusal(old, $"{current} says something else");
        if ((parameters ?? scaling) is not { } element) return (theta ?? 10000, null);

        var rope = new ConfigFields(element, parameters is null ? old : current);
        var inner = rope.OptionalNumber("rope_theta", least: 1, most: MostTheta, open: true);
        if (theta is not null && inner is not null && theta != inner) throw config.Refusal("rope_theta", $"{current} says something else");
        rope.Require("partial_rotary_factor", "rotating a part of each head is not supported, only 1", "1", "1.0");
        var read = Scaling(rope, Type(rope, parameters is not null), contextLength, headDim);
        rope.RefuseUnknown(_ => false);
        return (theta ?? inner ?? 10000, read);
    }

    private static string Type(ConfigFields rope, bool optional)
    {
        var (current, old) = (rope.Text("rope_type"), rope.Text("type"));
        if (current is not null && old is not null && current != old) throw rope.Refusal("type", $"rope_type is \"{current}\"");
        return current ?? old ?? (optional && !rope.Has("full_attention") ? "default"
            : throw rope.Refusal("rope_type", "one type for all layers is needed; supported: default, linear, dynamic, llama3, yarn"));
    }

    private static RopeScaling? Scaling(ConfigFields rope, string type, int contextLength, int headDim)
    {
        switch (type)
        {
            case "default":
                return null;
            case "linear":
                return new LinearRopeScaling(Factor(rope));
            case "dynamic":
                if (headDim == 2) throw rope.Refusal(rope.Has("rope_type") ? "rope_type" : "type", "its exponent d / (d - 2) needs a head_dim above 2");
                rope.Require("original_max_position_embeddings", "dynamic scaling starts at max_position_embeddings", $"{contextLength}");
                return new DynamicRopeScaling(Factor(rope));
            case "llama3":
                var low = rope.Number("low_freq_factor", null, least: 0, most: MostFactor, open: true);
                return new Llama3RopeScaling(
                    Factor(rope), low, rope.Number("high_freq_factor", null, least: low, most: MostFactor, open: true), rope.Whole("original_max_position_embeddings"));
            case "yarn":
                return Yarn(rope, contextLength);
            default:
                throw rope.Refusal(rope.Has("rope_type") ? "rope_type" : "type", "supported: default, linear, dynamic, llama3, yarn");
        }
    }

    private static YarnRopeScaling Yarn(ConfigFields rope, int contextLength)
    {
        var factor = Factor(rope);
        // Python's "or": zero is as good as absent.
        var fast = NonZero("beta_fast") ?? 32;
        var slow = NonZero("beta_slow") ?? 1;
        if (fast < slow) throw rope.Refusal("beta_fast", FormattableString.Invariant($"it must not be below beta_slow, {slow}"));
        var (scale, scaleOfAll) = (NonZero("mscale"), NonZero("mscale_all_dim"));
        var attention = rope.OptionalNumber("attention_factor", least: 0, most: MostFactor, open: true)
            ?? (scale is not null && scaleOfAll is not null ? Attention(scale.Value) / Attention(scaleOfAll.Value) : Attention(1));
        return new YarnRopeScaling(
            factor, rope.Whole("original_max_position_embeddings", contextLength), attention, fast, slow, rope.Flag("truncate", absent: true));

        double? NonZero(string name) => rope.OptionalNumber(name, least: 0, most: MostFactor) is { } value and not 0 ? value : null;
        double Attention(double scale) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;
    }

    private static double Factor(ConfigFields rope) => rope.Number("factor", null, least: 1, most: MostFactor);
}
