using Microsoft.Extensions.Time.Testing;

namespace Transformer2.Tokenization.Tests.PreTokenization;

/// <summary>The expressions of a tokenizer's file have a bounded time for a text, whatever it is that they take it for.</summary>
public sealed class MatchingTimeTests
{
    // Looked at once for every match.
    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(10) };

    [Fact]
    public void All_matches_of_a_text_share_its_time()
    {
        var pattern = new RegexPattern("a");
        Assert.Equal(90, Bounded(0, () => pattern.Matches(new string('a', 90)).Count));
        Assert.Throws<TokenizerException>(() => Bounded(0, () => pattern.Matches(new string('a', 110)).Count));
    }

    [Fact]
    public void All_parts_of_a_text_share_its_time()
    {
        var pattern = new RegexPattern("a");
        var error = Assert.Throws<TokenizerException>(() => Bounded(0, () => Enumerable.Range(0, 11).Sum(_ => pattern.Matches(new string('a', 10)).Count)));
        Assert.Contains("took too long", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_longer_text_has_more_of_it()
    {
        var pattern = new RegexPattern("a");
        Assert.Equal(900, Bounded(10L << 20, () => pattern.Matches(new string('a', 900)).Count));
    }

    [Theory]
    [InlineData(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    [InlineData(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public void The_expressions_of_model_families_are_not_timed(string pattern) =>
        Assert.Equal(1000, Bounded(0, () => new RegexPattern(pattern).Matches(string.Concat(Enumerable.Repeat(" a", 1000))).Count));

    [Theory]
    // Quick at every place, or in a single look ahead, and slow at all of them.
    [InlineData("(?=a*b)a|a")]
    [InlineData("a*a*a*a*b|a")]
    [InlineData("(a|aa)+b")]
    public void An_expression_that_backtracks_is_ended(string pattern)
    {
        using var model = new TinyModel(tokenizer => tokenizer["pre_tokenizer"] = new
        {
            type = "Sequence",
            pretokenizers = new object[]
            {
                new { type = "Split", pattern = new { Regex = pattern }, behavior = "Isolated", invert = false },
                new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
            },
        });
        var tokenizer = TokenizerFile.Load(model.Directory);
        Assert.Equal(3, tokenizer.Encode("aaa").Count);
        Assert.Throws<TokenizerException>(() => tokenizer.Encode(new string('a', 1 << 20)));
    }

    private T Bounded<T>(long length, Func<T> work) => MatchingTime.Bounded(length, work, _clock);
}
