using System.Text.Json;
using Transformer2.Tokenization;

namespace Transformer2.Benchmarks;

/// <summary>
/// A tokenizer that makes merging as hard as it can be: a text is one word, runs of one letter double from pair to pair, and a chain of
/// tokens grows from the left by one letter each.
/// </summary>
internal static class SyntheticTokenizer
{
    private const int Doublings = 8;
    private const int Links = 200;

    public static ITokenizer Load()
    {
        var folder = Directory.CreateTempSubdirectory("t2-benchmark-tokenizer-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "tokenizer.json"), Json());
            return TokenizerFile.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Json()
    {
        var vocabulary = new Dictionary<string, int>();
        var merges = new List<string[]>();
        // GPT-2's spelling of bytes.
        for (int value = 0, other = 0x100; value < 256; value++)
            vocabulary.Add(((char)(value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE ? value : other++)).ToString(), vocabulary.Count);
        for (var level = 0; level < Doublings; level++)
            Merge(new string('a', 1 << level), new string('a', 1 << level));
        for (var link = 0; link < Links; link++)
            Merge("x" + new string('y', link), "y");
        return JsonSerializer.Serialize(new
        {
            model = new { type = "BPE", vocab = vocabulary, merges },
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, use_regex = false },
            decoder = new { type = "ByteLevel" },
        });

        void Merge(string left, string right)
        {
            vocabulary.TryAdd(left + right, vocabulary.Count);
            merges.Add([left, right]);
        }
    }
}
