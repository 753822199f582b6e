using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;

namespace Transformer2.Training.BaseModel;

/// <summary>
/// Makes the bundled model's tokenizer from the corpus: whole words that occur often, and single bytes for everything else, so that
/// digits and letters of strings stay apart and any text can be expressed. Written as a Hugging Face <c>tokenizer.json</c>.
/// </summary>
public static partial class TokenizerBuilder
{
    private const int Examples = 60_000;
    private const int MinimumCount = 20;
    private const string EndOfText = "<|endoftext|>";

    /// <summary>ChatML, as the model is trained.</summary>
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /// <summary>Writes <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>generation_config.json</c>.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="seed">The corpus's seed.</param>
    public static void Write(string directory, ulong seed)
    {
        string[] specials = [EndOfText, ConversationEncoder.TurnStart, ConversationEncoder.TurnEnd];
        var tokens = specials.Concat(ByteAlphabet()).Concat(Words(seed)).ToArray();
        var endOfTurn = Array.IndexOf(tokens, ConversationEncoder.TurnEnd);
        Save("tokenizer.json", Tokenizer(tokens, specials.Length));
        Save("tokenizer_config.json", new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["bos_token"] = null,
            ["eos_token"] = ConversationEncoder.TurnEnd,
            ["pad_token"] = EndOfText,
            ["add_bos_token"] = false,
            ["model_max_length"] = NanoModel.Config(tokens.Length).ContextLength,
            ["clean_up_tokenization_spaces"] = false,
            ["chat_template"] = ChatTemplate,
        });
        Save("generation_config.json", new JsonObject { ["eos_token_id"] = new JsonArray(endOfTurn, 0), ["pad_token_id"] = 0 });

        void Save(string name, JsonObject json) =>
            File.WriteAllText(Path.Combine(directory, name), json.ToJsonString(Indented) + "\n");
    }

    private static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject Tokenizer(string[] tokens, int specials) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. tokens.Take(specials).Select((token, id) => (JsonNode)new JsonObject
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
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = PreTokenPattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel()),
        },
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = true,
            ["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            ["merges"] = new JsonArray(),
        },
    };

    private static JsonObject ByteLevel() =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };

    private const string PreTokenPattern = @" ?[a-z]{2,}|[\s\S]";

    [GeneratedRegex(PreTokenPattern)]
    private static partial Regex PreTokens();

    private static IEnumerable<string> Words(ulong seed)
    {
        var corpus = new CorpusGenerator(seed);
        var counts = new Dictionary<string, int>();
        for (ulong i = 0; i < Examples; i++)
        {
            var example = corpus.Draw(i, cleanShare: 0.5);
            foreach (var text in new[] { $"user\n{example.Prompt}", $"assistant\n{example.Answer}", "system\n" })
                foreach (var match in PreTokens().EnumerateMatches(text))
                {
                    if (match.Length > 1) counts[text.Substring(match.Index, match.Length)] = counts.GetValueOrDefault(text.Substring(match.Index, match.Length)) + 1;
                }
        }

        return counts.Where(entry => entry.Value >= MinimumCount).Select(entry => entry.Key.Replace(' ', 'Ġ')).Order(StringComparer.Ordinal);
    }

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
