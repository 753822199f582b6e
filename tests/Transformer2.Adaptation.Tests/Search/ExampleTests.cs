using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class ExampleTests
{
    [Fact]
    public void Examples_of_which_one_can_learn_are_taken()
    {
        SearchExample.Validate([new("a", "1"), new("b", "1"), new("A", "2")]);
        SearchExample.Validate([.. Enumerable.Range(0, SearchExample.MaxCount).Select(i => new SearchExample($"{i}", "x"))]);
    }

    [Fact]
    public void Others_are_refused_for_their_reason()
    {
        Assert.Equal(SearchError.NoExamples, Refuse().Reason);
        Assert.Equal(SearchError.EmptyExample, Refuse(("a", "1"), ("  ", "1")).Reason);
        Assert.Equal(SearchError.EmptyExample, Refuse(("a", "")).Reason);
        Assert.Equal(SearchError.DuplicateExample, Refuse(("a", "1"), ("a", "1")).Reason);
        Assert.Equal(SearchError.DuplicateExample, Refuse(("a", "1"), (" a\n", "1 ")).Reason);
        Assert.Equal(SearchError.ContradictoryExamples, Refuse(("a", "1"), ("a", "2")).Reason);
        Assert.Equal(SearchError.TooManyExamples, Refuse([.. Enumerable.Range(0, SearchExample.MaxCount + 1).Select(i => ($"{i}", "x"))]).Reason);
    }

    [Fact]
    public void Messages_name_positions_and_no_texts()
    {
        var message = Refuse(("x", "1"), ("secret", "one"), ("y", "1"), ("secret", "two")).Message;
        Assert.Contains("Examples 2 and 4", message);
        Assert.DoesNotContain("secret", message);
    }

    [Theory]
    [InlineData(1, 0.3, 0)]
    [InlineData(2, 0.5, 0)]
    [InlineData(3, 0.3, 1)]
    [InlineData(3, 0.5, 2)]
    [InlineData(4, 0.01, 1)]
    [InlineData(10, 0.3, 3)]
    [InlineData(10, 0, 0)]
    [InlineData(1000, 0.5, 500)]
    public void A_share_is_held_out(int examples, double share, int heldOut)
    {
        var split = ExampleSplit.Create(examples, share, seed: 7);
        Assert.Equal(heldOut, split.HoldOut.Count);
        Assert.NotEmpty(split.Search);
        Assert.Equal(Enumerable.Range(0, examples), split.Search.Concat(split.HoldOut).Order());
    }

    [Fact]
    public void A_seed_names_a_split()
    {
        var splits = Enumerable.Range(0, 50).Select(seed => string.Join(',', ExampleSplit.Create(10, 0.3, (ulong)seed).HoldOut)).ToArray();
        Assert.Equal(splits[3], string.Join(',', ExampleSplit.Create(10, 0.3, 3).HoldOut));
        Assert.InRange(splits.Distinct().Count(), 20, 50);
    }

    private static SearchException Refuse(params (string Prompt, string Answer)[] examples) => Assert.Throws<SearchException>(
        () => SearchExample.Validate([.. examples.Select(example => new SearchExample(example.Prompt, example.Answer))]));
}
