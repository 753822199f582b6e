using System.Text.Json.Nodes;
using Transformer2.Experts;

namespace Transformer2.TestKit;

/// <summary>
/// Writes a small random Llama with a byte-level tokenizer and a ChatML template as a model folder: enough for everything but good answers.
/// </summary>
public static class TinyModelFolder
{
    private const int Hidden = 32;
    private const int Inner = 48;
    private const int Layers = 2;
    private static readonly string[] Specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>Names and ranks of the matrices that an expert may adapt.</summary>
    public static IReadOnlyDictionary<string, int> Ranks { get; } = Shapes()
        .Where(entry => entry.Key.Contains("_proj", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key, entry => (int)entry.Value.Min());

    /// <summary>Writes the folder; the same weights for the same seed.</summary>
    /// <param name="directory">The folder; created if need be.</param>
    /// <param name="seed">Names the weights.</param>
    /// <param name="contextLength">Most tokens of prompt and answer.</param>
    /// <param name="endless">A special token is never the most probable one, so that only limits end a greedy answer.</param>
    public static string Write(string directory, int seed = 1, int contextLength = 128, bool endless = false)
    {
        Directory.CreateDirectory(directory);
        var tokens = Specials.Concat(ByteAlphabet()).ToArray();
        Save("config.json", new JsonObject
        {
            ["model_type"] = "llama",
            ["vocab_size"] = tokens.Length,
            ["hidden_size"] = Hidden,
            ["intermediate_size"] = Inner,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["max_position_embeddings"] = contextLength,
            ["rms_norm_eps"] = 1e-5,
            ["tie_word_embeddings"] = false,
            ["hidden_act"] = "silu",
        });
        var random = new Random(seed);
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), [.. Shapes().Select(entry => Tensor(entry.Key, entry.Value, random, endless))]);
        Save("tokenizer.json", Tokenizer(tokens));
        Save("tokenizer_config.json", new JsonObject
        {
            ["eos_token"] = "<|im_end|>",
            ["add_bos_token"] = false,
            ["chat_template"] = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
                + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
        });
        Save("generation_config.json", new JsonObject { ["eos_token_id"] = 2 });
        return directory;

        void Save(string name, JsonObject json) => File.WriteAllText(Path.Combine(directory, name), json.ToJsonString());
    }

    /// <summary>A random expert for this model, over the MLP matrices or over all.</summary>
    public static ExpertVector Expert(int seed, bool all = false)
    {
        var random = new Random(seed);
        return new ExpertVector(Ranks
            .Where(entry => all || entry.Key.Contains(".mlp.", StringComparison.Ordinal))
            .Select(entry => KeyValuePair.Create(entry.Key, Enumerable.Range(0, entry.Value).Select(_ => (float)(random.NextDouble() * 2)).ToArray())));
    }

    private static SortedDictionary<string, long[]> Shapes()
    {
        const int keyValue = Hidden / 2, vocabulary = 259;
        var shapes = new SortedDictionary<string, long[]>(StringComparer.Ordinal)
        {
            ["model.embed_tokens.weight"] = [vocabulary, Hidden],
            ["lm_head.weight"] = [vocabulary, Hidden],
            ["model.norm.weight"] = [Hidden],
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            shapes[prefix + "input_layernorm.weight"] = [Hidden];
            shapes[prefix + "post_attention_layernorm.weight"] = [Hidden];
            shapes[prefix + "self_attn.q_proj.weight"] = [Hidden, Hidden];
            shapes[prefix + "self_attn.k_proj.weight"] = [keyValue, Hidden];
            shapes[prefix + "self_attn.v_proj.weight"] = [keyValue, Hidden];
            shapes[prefix + "self_attn.o_proj.weight"] = [Hidden, Hidden];
            shapes[prefix + "mlp.gate_proj.weight"] = [Inner, Hidden];
            shapes[prefix + "mlp.up_proj.weight"] = [Inner, Hidden];
            shapes[prefix + "mlp.down_proj.weight"] = [Hidden, Inner];
        }

        return shapes;
    }

    private static TensorData Tensor(string name, long[] shape, Random random, bool endless)
    {
        var values = new float[shape.Aggregate(1L, (product, extent) => product * extent)];
        for (var i = 0; i < values.Length; i++) values[i] = shape.Length == 1 ? 1 : (float)((random.NextDouble() - 0.5) * 0.8);
        if (endless && name == "lm_head.weight") values.AsSpan(0, Specials.Length * Hidden).Clear();
        return TensorData.Of(name, values, shape);
    }

    private static JsonObject Tokenizer(string[] tokens) => new()
    {
        ["version"] = "1.0",
        ["added_tokens"] = new JsonArray([.. Specials.Select((token, id) => (JsonNode)new JsonObject
        {
            ["id"] = id,
            ["content"] = token,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        })]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = ByteLevel(),
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            ["merges"] = new JsonArray(),
        },
    };

    private static JsonObject ByteLevel() =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };

    // GPT-2's printable stand-ins for the 256 bytes, in byte order.
    private static IEnumerable<string> ByteAlphabet()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            yield return ((char)(printable ? value : next++)).ToString();
        }
    }
}
