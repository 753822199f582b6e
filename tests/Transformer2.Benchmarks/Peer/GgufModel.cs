using System.Text.RegularExpressions;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Benchmarks;

/// <summary>Writes a Llama's folder as the GGUF file that makes llama.cpp compute the same.</summary>
internal static partial class GgufModel
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["model.embed_tokens"] = "token_embd",
        ["model.norm"] = "output_norm",
        ["lm_head"] = "output",
        ["input_layernorm"] = "attn_norm",
        ["post_attention_layernorm"] = "ffn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
    };

    /// <summary>Writes the file.</summary>
    public static void Write(string path, string folder, Precision precision)
    {
        var config = ModelConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        using var weights = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        var writer = new GgufWriter();
        Describe(writer, config);
        foreach (var (name, shape) in DecoderParameters.Shapes(config))
        {
            var type = shape.Length == 1 || precision == Precision.F32 ? GgufType.F32 : precision == Precision.BF16 ? GgufType.BF16 : GgufType.Q8;
            writer.Add(new GgufTensor(NameOf(name), type, shape, () => Read(weights, name, shape, config)));
        }

        writer.Write(path);
    }

    /// <summary>llama.cpp's name of a parameter.</summary>
    public static string NameOf(string parameter)
    {
        var match = LayerPattern().Match(parameter);
        return match.Success
            ? $"blk.{match.Groups["layer"].Value}.{Names[match.Groups["part"].Value]}.weight"
            : $"{Names[parameter[..^".weight".Length]]}.weight";
    }

    private static void Describe(GgufWriter writer, ModelConfig config)
    {
        writer.Set("general.architecture", "llama");
        writer.Set("general.name", "benchmark");
        writer.Set("llama.vocab_size", (uint)config.VocabularySize);
        writer.Set("llama.context_length", (uint)config.ContextLength);
        writer.Set("llama.embedding_length", (uint)config.HiddenSize);
        writer.Set("llama.block_count", (uint)config.Layers);
        writer.Set("llama.feed_forward_length", (uint)config.IntermediateSize);
        writer.Set("llama.attention.head_count", (uint)config.Heads);
        writer.Set("llama.attention.head_count_kv", (uint)config.KeyValueHeads);
        writer.Set("llama.attention.layer_norm_rms_epsilon", (float)config.RmsNormEpsilon);
        writer.Set("llama.rope.dimension_count", (uint)config.HeadDim);
        writer.Set("llama.rope.freq_base", (float)config.RopeTheta);
        var (tokens, kinds) = RandomVocabulary.ToSentencePiece(config.VocabularySize);
        writer.Set("tokenizer.ggml.model", "llama");
        writer.Set("tokenizer.ggml.tokens", tokens);
        writer.Set("tokenizer.ggml.scores", new float[tokens.Length]);
        writer.Set("tokenizer.ggml.token_type", kinds);
    }

    private static float[] Read(SafetensorsFile weights, string name, long[] shape, ModelConfig config)
    {
        var values = weights.ReadSingles(name);
        if (name.EndsWith("q_proj.weight", StringComparison.Ordinal)) return Interleave(values, config.Heads, (int)shape[1]);
        return name.EndsWith("k_proj.weight", StringComparison.Ordinal) ? Interleave(values, config.KeyValueHeads, (int)shape[1]) : values;
    }

    // Hugging Face rotates element i of a head with element i + half, llama.cpp's Llama element 2i with 2i + 1: the rows move accordingly.
    private static float[] Interleave(float[] rows, int heads, int columns)
    {
        var moved = new float[rows.Length];
        var headDim = rows.Length / columns / heads;
        for (var row = 0; row < heads * headDim; row++)
        {
            var (head, place) = Math.DivRem(row, headDim);
            var (half, pair) = Math.DivRem(place, headDim / 2);
            rows.AsSpan(row * columns, columns).CopyTo(moved.AsSpan(((head * headDim) + (2 * pair) + half) * columns));
        }

        return moved;
    }

    [GeneratedRegex(@"^model\.layers\.(?<layer>\d+)\.(?<part>.+)\.weight$")]
    private static partial Regex LayerPattern();
}
