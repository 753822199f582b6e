using System.Text;

namespace Transformer2.Tokenization.Tests.Unicode;

public sealed class UnicodeNormalizationTests
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
        Assert.Equal(expected, UnicodeNormalization.Normalize(text, NormalizationForm.FormC));

    [Theory]
    [InlineData("plain", "plain", "plain", "plain")]
    [InlineData("\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\u212B", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [InlineData("\u320E", "\u320E", "(\uAC00)", "(\u1100\u1161)")]
    [InlineData("\u00A0\u2460\u00BD", "\u00A0\u2460\u00BD", " 11\u20442", " 11\u20442")]
    [InlineData("\uFF8A\uFF9E", "\uFF8A\uFF9E", "\u30D0", "\u30CF\u3099")]
    [InlineData("\U0001D7D8", "\U0001D7D8", "0", "0")]
    public void Decomposes_and_composes_compatibly_as_the_Unicode_standard_says(string text, string formD, string formKC, string formKD)
    {
        Assert.Equal(formD, UnicodeNormalization.Normalize(text, NormalizationForm.FormD));
        Assert.Equal(formKC, UnicodeNormalization.Normalize(text, NormalizationForm.FormKC));
        Assert.Equal(formKD, UnicodeNormalization.Normalize(text, NormalizationForm.FormKD));
    }

    [Fact]
    public void A_long_run_of_marks_takes_no_quadratic_time()
    {
        const int Pairs = 200_000;
        var composed = UnicodeNormalization.Normalize("a" + string.Concat(Enumerable.Repeat("\u0301\u0323", Pairs)), NormalizationForm.FormC);
        // All marks below come before all marks above, and the first of them joins the letter.
        Assert.Equal("\u1EA1" + new string('\u0323', Pairs - 1) + new string('\u0301', Pairs), composed);
    }
}
