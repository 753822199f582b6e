namespace Transformer2.Tokenization.Tests.Unicode;

public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("a\u0328\u0301", "\u0105\u0301")]
    [InlineData("a\u05AE\u0301", "\u00E1\u05AE")]
    [InlineData("a\u0301\u0301", "\u00E1\u0301")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\U00011131\U00011127", "\U0001112E")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\uFB01", "\uFB01")]
    [InlineData("\u0344", "\u0308\u0301")]
    public void Composes_as_the_Unicode_standard_says(string text, string expected) =>
        Assert.Equal(expected, CanonicalComposition.Compose(text));

    [Fact]
    public void A_long_run_of_marks_takes_no_quadratic_time()
    {
        const int Pairs = 200_000;
        var composed = CanonicalComposition.Compose("a" + string.Concat(Enumerable.Repeat("\u0301\u0323", Pairs)));
        // All marks below come before all marks above, and the first of them joins the letter.
        Assert.Equal("\u1EA1" + new string('\u0323', Pairs - 1) + new string('\u0301', Pairs), composed);
    }
}
