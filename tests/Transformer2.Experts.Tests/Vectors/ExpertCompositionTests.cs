namespace Transformer2.Experts.Tests.Vectors;

public sealed class ExpertCompositionTests
{
    [Fact]
    public void One_expert_of_weight_one_is_itself()
    {
        var expert = Sample.Expert(("m", [0.5f, 2]));
        Assert.Same(expert, ExpertComposition.Linear([new(expert, 1)]));
    }

    // Transformer-Squared reference numbers: two effective experts, alpha = (0.75, 0.25).
    [Fact]
    public void Effective_multipliers_mix_linearly()
    {
        var mixed = Mix((Sample.Expert(("m", [4 / 7f, 16 / 7f])), 0.75), (Sample.Expert(("m", [1.2f, 0.4f])), 0.25));
        Near([0.7285714286, 1.8142857143], mixed.Multipliers["m"]);
        Assert.Equal(4.0, (3.0 * mixed.Multipliers["m"].Span[0]) + mixed.Multipliers["m"].Span[1], 1e-6);
    }

    [Fact]
    public void Weights_are_not_normalised() =>
        Near([1.0, 4.0], Mix((Sample.Expert(("m", [0.5f, 2])), 2)).Multipliers["m"]);

    [Fact]
    public void A_matrix_that_one_expert_leaves_out_counts_as_ones_there()
    {
        var mixed = Mix((Sample.Expert(("a", [2, 4])), 0.5), (Sample.Expert(("b", [3])), 0.25), (ExpertVector.Identity, 0.25));
        Near([1.5, 2.5], mixed.Multipliers["a"]);
        Near([1.5], mixed.Multipliers["b"]);
        Assert.Equal(2, mixed.Multipliers.Count);
    }

    [Fact]
    public void A_matrix_that_all_leave_out_stays_unadapted() =>
        Assert.Empty(Mix((ExpertVector.Identity, 0.3), (ExpertVector.Identity, 0.3)).Multipliers);

    [Fact]
    public void The_sum_is_taken_in_double_precision()
    {
        var one = Sample.Expert(("m", [1f]));
        var mixed = ExpertComposition.Linear([.. Enumerable.Repeat(new WeightedExpert(one, 0.1), 10)]);
        Assert.Equal(1f, mixed.Multipliers["m"].Span[0]);
    }

    [Fact]
    public void Unfit_mixtures_are_refused_for_their_reason()
    {
        var expert = Sample.Expert(("m", [0.5f, 2]));
        Assert.Equal("EMPTY", Reason());
        Assert.Equal("WEIGHT_NOT_FINITE", Reason((expert, double.NaN)));
        Assert.Equal("WEIGHT_NOT_FINITE", Reason((expert, double.PositiveInfinity)));
        Assert.Equal("NOT_FINITE", Reason((expert, 1e300)));
        Assert.Equal("NOT_FINITE", Reason((expert, 1e308), (expert, 1e308)));
        Assert.Equal("NON_POSITIVE_SUM", Reason((expert, 0)));
        Assert.Equal("NON_POSITIVE_SUM", Reason((expert, -1)));
        Assert.Equal("NON_POSITIVE_SUM", Reason((expert, 1), (expert, -1)));
        Assert.Equal("RANK_MISMATCH", Reason((expert, 0.5), (Sample.Expert(("m", [1])), 0.5)));
    }

    [Fact]
    public void A_negative_weight_is_allowed_while_the_sum_stays_positive() =>
        Near([0.4, 3.8], Mix((Sample.Expert(("m", [0.5f, 2])), 2), (Sample.Expert(("m", [0.6f, 0.2f])), -1)).Multipliers["m"]);

    private static string Reason(params (ExpertVector Expert, double Weight)[] members) =>
        Assert.Throws<ExpertCompositionException>(() => Mix(members)).Reason;

    private static ExpertVector Mix(params (ExpertVector Expert, double Weight)[] members) =>
        ExpertComposition.Linear([.. members.Select(member => new WeightedExpert(member.Expert, member.Weight))]);

    private static void Near(double[] expected, ReadOnlyMemory<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
