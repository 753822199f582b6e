namespace Transformer2.Tokenization.Tests.Matching;

public sealed class WordFinderTests
{
    [Theory]
    [InlineData("abcabd", "abc|abd", "ab", "abc", "bd", "abd")]
    [InlineData("aaaaa", "aaa|aa", "a", "aa", "aaa")]
    [InlineData("abab", "ab|ab", "ba", "ab")]
    [InlineData("xaby", "aby", "b", "aby", "by")]
    [InlineData("abcx", "bc", "abcd", "bc", "c")]
    [InlineData("none here", "")]
    [InlineData("none here", "", "x")]
    public void The_left_most_and_of_those_the_longest_is_found(string text, string expected, params string[] words) =>
        Assert.Equal(expected, string.Join('|', new WordFinder(words).Matches(text).Select(found => text.Substring(found.Start, found.Length))));

    [Fact]
    public void Finds_what_a_search_at_every_place_finds()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var words = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Text(random.Next(1, 6))).ToList();
            var (text, barriers) = (Text(40), Enumerable.Range(0, 40).Where(_ => random.Next(10) == 0).ToHashSet());
            var expected = new List<(int, int)>();
            for (var at = 0; at < text.Length;)
            {
                var longest = words.Where(word => text.AsSpan(at).StartsWith(word) && !barriers.Any(b => b >= at && b < at + word.Length))
                    .Select(word => word.Length).DefaultIfEmpty().Max();
                if (longest > 0)
                    expected.Add((at, longest));
                at += Math.Max(longest, 1);
            }
            Assert.Equal(expected, new WordFinder(words).Matches(text, barriers.Contains));
        }

        string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(3))));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(2000)]
    public void A_step_for_each_character_is_all_that_long_overlapping_words_take(int longest)
    {
        // Each word nearly matches at every place: comparing them there would take words x length steps per character.
        var words = Enumerable.Range(1, longest).Select(length => new string('a', length) + 'b').Append("a").ToList();
        var text = new string('a', 50_000);
        var looks = 0;
        var found = new WordFinder(words).Matches(text, _ => ++looks < 0);
        Assert.Equal(text.Length, found.Count);
        Assert.InRange(looks, 1, text.Length);
    }

    [Fact]
    public void More_words_than_any_model_has_are_refused() => Assert.Throws<TokenizerException>(
        () => new WordFinder(Enumerable.Range(0, 5000).Select(i => $"{new string('a', 1000)}{i:D4}")));
}
