using System.Text.Json;

namespace Transformer2.Tokenization.Tests;

/// <summary>A model directory in the style of the bundled one: bytes, whole words, ChatML. Deleted when disposed.</summary>
internal sealed class TinyModel : IDisposable
{
    public const int ImStart = 300, ImEnd = 301, EndOfText = 302;

    public const string ChatMl =
        "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private static readonly string[] Words = ["hello", "Ġhello", "world", "Ġworld", "user", "assistant", "im", "end", "the", "Ġthe"];

    public TinyModel(Action<Dictionary<string, object?>>? change = null)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("t2-tokenizer-").FullName;
        var tokenizer = Tokenizer();
        change?.Invoke(tokenizer);
        Write("tokenizer.json", tokenizer);
        Write("tokenizer_config.json", new { eos_token = "<|im_end|>", bos_token = (string?)null, chat_template = ChatMl });
        Write("generation_config.json", new { eos_token_id = new[] { ImEnd, EndOfText } });
    }

    public string Directory { get; }

    public void Write(string file, object content) =>
        File.WriteAllText(Path.Combine(Directory, file), JsonSerializer.Serialize(content));

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    /// <summary>The id of a byte in this vocabulary.</summary>
    public static int Byte(byte value) => value;

    public static Dictionary<string, object?> Tokenizer()
    {
        var vocabulary = new Dictionary<string, int>();
        for (var b = 0; b < 256; b++)
            vocabulary[ByteAlphabet.ToChar((byte)b).ToString()] = b;
        foreach (var word in Words)
            vocabulary[word] = vocabulary.Count;
        return new()
        {
            ["model"] = new Dictionary<string, object?>
            {
                ["type"] = "BPE",
                ["ignore_merges"] = true,
                ["vocab"] = vocabulary,
                ["merges"] = Array.Empty<string>(),
            },
            ["added_tokens"] = new[]
            {
                Special(ImStart, "<|im_start|>"), Special(ImEnd, "<|im_end|>"), Special(EndOfText, "<|endoftext|>"),
            },
            ["normalizer"] = null,
            ["pre_tokenizer"] = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex = @" ?[a-z]{2,}|[\s\S]" }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, use_regex = false },
                },
            },
            ["decoder"] = new { type = "ByteLevel" },
        };
    }

    public static object Special(int id, string content, bool special = true, bool normalized = false) =>
        new { id, content, special, normalized, lstrip = false, rstrip = false, single_word = false };
}
