using System.Diagnostics;

namespace Transformer2.Tokenization.Tests.Bpe;

/// <summary>Worst cases for merging. The limits are an order of magnitude above what they take, and far below quadratic time.</summary>
public sealed class LinearTimeTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("aab")]
    public void A_megabyte_of_one_word_is_encoded_in_seconds(string repeated)
    {
        var tokenizer = Load();
        var text = string.Concat(Enumerable.Repeat(repeated, (1 << 20) / repeated.Length));
        var watch = Stopwatch.StartNew();
        var ids = tokenizer.Encode(text);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(text, tokenizer.Decode(ids));
        Assert.InRange(ids.Count, 1, text.Length);
    }

    [Fact]
    public void Sixty_four_kilobytes_take_milliseconds()
    {
        var tokenizer = Load();
        var text = new string('a', 1 << 16);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var watch = Stopwatch.StartNew();
            tokenizer.Encode(text);
            best = watch.Elapsed < best ? watch.Elapsed : best;
        }
        // 5 ms on an idle core; the limit is 50 ms, with room for a busy machine.
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    private static ITokenizer Load()
    {
        using var files = new TinyModel(t =>
        {
            var model = (Dictionary<string, object?>)t["model"]!;
            var vocabulary = (Dictionary<string, int>)model["vocab"]!;
            var merges = new List<string>();
            for (var (length, token) = (1, "a"); length <= 64; (length, token) = (length * 2, token + token))
            {
                merges.Add($"{token} {token}");
                vocabulary[token + token] = vocabulary.Count + 100;
            }
            vocabulary["ab"] = 900;
            vocabulary["abab"] = 901;
            merges.AddRange(["a b", "ab ab"]);
            model["merges"] = merges;
            t["pre_tokenizer"] = new { type = "ByteLevel", add_prefix_space = false, use_regex = false };
        });
        return TokenizerFile.Load(files.Directory);
    }
}
