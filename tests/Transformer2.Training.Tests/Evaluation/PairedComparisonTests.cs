using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Tests.Evaluation;

public sealed class PairedComparisonTests
{
    // scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue; 0.125, 0.0390625, 0.021484375 also by hand, as sums of binomials.
    [Theory]
    [InlineData(0, 0, 1.0)]
    [InlineData(3, 3, 1.0)]
    [InlineData(3, 4, 1.0)]
    [InlineData(0, 4, 0.125)]
    [InlineData(1, 8, 0.0390625)]
    [InlineData(8, 1, 0.0390625)]
    [InlineData(1, 9, 0.021484375)]
    public void The_p_value_is_exact(int onlyFirst, int onlySecond, double expected) =>
        Assert.Equal(expected, new PairedComparison(100, onlyFirst, onlySecond, 7).PValue, 12);

    [Fact]
    public void Thousands_of_differing_answers_have_a_p_value()
    {
        // The normal approximation with continuity correction: z = 99 / sqrt(2000), p = 0.02685.
        Assert.InRange(new PairedComparison(0, 950, 1050, 0).PValue, 0.0265, 0.0272);
        Assert.InRange(new PairedComparison(0, 0, 3000, 0).PValue, 0, double.Epsilon);
    }

    [Fact]
    public void Answers_are_compared_question_by_question()
    {
        var comparison = PairedComparison.Of([true, true, false, false, false], [true, false, true, true, false]);

        Assert.Equal(new PairedComparison(1, 1, 2, 1), comparison);
        Assert.Equal((5, 0.2), (comparison.Count, comparison.Difference));
        Assert.Equal(new PairedComparison(2, 2, 4, 2), comparison + comparison);
        Assert.Throws<ArgumentException>(() => PairedComparison.Of([true], []));
    }

    [Theory]
    [InlineData(1, 9, PairedVerdict.Better)]
    [InlineData(9, 1, PairedVerdict.Worse)]
    [InlineData(2, 8, PairedVerdict.NoDifference)] // p = 0.109
    public void A_verdict_needs_a_p_value_below_the_level(int onlyFirst, int onlySecond, PairedVerdict expected) =>
        Assert.Equal(expected, new PairedComparison(5, onlyFirst, onlySecond, 5).Verdict);
}
