using System.Text.Json;

namespace Transformer2.Benchmarks;

/// <summary>
/// A vocabulary of any size: three special tokens, the 256 bytes, and words that no text is split into. A prompt has as many tokens as
/// bytes, and every answer has text.
/// </summary>
internal static class RandomVocabulary
{
    private static readonly string[] Special = ["<unk>", "<s>", "</s>"];

    /// <summary>The token that ends an answer for the peer.</summary>
    public const int End = 2;

    /// <summary>The first token that is a word.</summary>
    public const int FirstWord = 3 + 256;

    /// <summary>As a <c>tokenizer.json</c>. There is no token that ends an answer.</summary>
    public static string ToTokenizerJson(int size)
    {
        var vocabulary = new Dictionary<string, int>();
        foreach (var token in Special) vocabulary.Add(token, vocabulary.Count);
        for (var value = 0; value < 256; value++) vocabulary.Add(ByteLevel(value).ToString(), vocabulary.Count);
        while (vocabulary.Count < size) vocabulary.Add($"\u0120w{vocabulary.Count}", vocabulary.Count);
        var byteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false };
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = Special.Index().Select(token => new
            {
                id = token.Index,
                content = token.Item,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            }),
            pre_tokenizer = byteLevel,
            decoder = byteLevel,
            model = new { type = "BPE", vocab = vocabulary, merges = Array.Empty<string>() },
        });
    }

    /// <summary>The same as SentencePiece has it: spellings and kinds (1 word, 2 unknown, 3 control, 6 byte).</summary>
    public static (string[] Tokens, int[] Kinds) ToSentencePiece(int size)
    {
        var tokens = Enumerable.Range(0, size).Select(id => id switch
        {
            < 3 => Special[id],
            < FirstWord => $"<0x{id - 3:X2}>",
            _ => $"\u2581w{id}",
        });
        return ([.. tokens], [.. Enumerable.Range(0, size).Select(id => id switch { 0 => 2, < 3 => 3, < FirstWord => 6, _ => 1 })]);
    }

    // GPT-2's spelling of bytes: printable ones as they are, the others from U+0100 on.
    private static char ByteLevel(int value)
    {
        static bool Printable(int value) => value is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
        return (char)(Printable(value) ? value : 0x100 + Enumerable.Range(0, value).Count(before => !Printable(before)));
    }
}
