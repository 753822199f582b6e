namespace Transformer2.Tokenization.Tests.PreTokenization;

public sealed class SplitPreTokenizerTests
{
    [Theory]
    [InlineData("Removed", false, "the|final|countdown")]
    [InlineData("Isolated", false, "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", false, "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", false, "the|-final|-|-countdown")]
    [InlineData("Contiguous", false, "the|-|final|--|countdown")]
    [InlineData("Removed", true, "-|-|-")]
    public void Treats_matches_as_the_behaviour_says(string behavior, bool invert, string expected)
    {
        var words = new List<Piece>();
        new SplitPreTokenizer(new LiteralPattern("-"), Enum.Parse<SplitBehavior>(behavior), invert)
            .Split(new Piece("the-final--countdown".AsMemory(), IsFirst: true), words);
        Assert.Equal(expected, string.Join('|', words.Select(w => w.Text.ToString())));
    }
}
