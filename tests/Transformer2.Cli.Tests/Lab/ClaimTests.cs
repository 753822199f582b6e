namespace Transformer2.Cli.Tests;

/// <summary>Verdicts follow from numbers.</summary>
public sealed class ClaimTests
{
    [Theory]
    [InlineData("Reproduced", "up", "up", "same", "same")]
    [InlineData("Partly", "up", "same", "same", "same")]
    [InlineData("Partly", "up", "up", "up", "down")]
    [InlineData("NotReproduced", "same", "same", "same", "down")]
    [InlineData("Opposite", "same", "same", "down", "down")]
    public void A_claim_is_judged_by_the_cells_in_which_the_test_is_significant(string expected, params string[] cells)
    {
        var claim = new BetterClaim("", "", _ => [], _ => cells.Select(cell => cell switch
        {
            "up" => (cell, Answers("0000000000"), Answers("1111110000")), // p = 0.031
            "down" => (cell, Answers("1111110000"), Answers("0000000000")),
            _ => (cell, Answers("0000000000"), Answers("1111100000")), // p = 0.063
        }));

        var (found, verdict) = claim.Judge(null!);

        Assert.Equal(expected, verdict.ToString());
        Assert.StartsWith($"{cells.Count(cell => cell == "up")} of 4 better, {cells.Count(cell => cell == "down")} worse: ", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_are_compared_on_the_families_that_both_answered()
    {
        var first = new TestAnswers([new FamilyAnswers("add", "110"), new FamilyAnswers("sub", "000")]);
        var second = new TestAnswers([new FamilyAnswers("add", "011"), new FamilyAnswers("sort", "111")]);

        Assert.Equal((1, 1, 1, 0), second.Against(first) is var comparison ? (comparison.Both, comparison.OnlyFirst, comparison.OnlySecond, comparison.Neither) : default);
        Assert.Equal((2, 6), (first.Share.Successes, first.Share.Count));
        Assert.Equal([false, false, false], first.Only(family => family.Name == "sub").Right);
    }

    private static TestAnswers Answers(string right) => new([new FamilyAnswers("add", right)]);
}
