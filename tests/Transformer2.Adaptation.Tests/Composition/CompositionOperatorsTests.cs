using Transformer2.Adaptation.Composition;

namespace Transformer2.Adaptation.Tests.Composition;

public sealed class CompositionOperatorsTests
{
    private static readonly ExpertVector One = Sample.Expert(("m", [4 / 7f, 16 / 7f]));
    private static readonly ExpertVector Two = Sample.Expert(("m", [1.2f, 0.4f]));

    public static TheoryData<string> Names => [.. CompositionOperators.Names];

    [Fact]
    public void Operators_are_found_by_name()
    {
        Assert.Equal(["linear", "soft", "norm-preserving"], CompositionOperators.Names);
        Assert.All(CompositionOperators.Names, name => Assert.Equal(name, CompositionOperators.Find(name)!.Name));
        Assert.Null(CompositionOperators.Find("Linear"));
        Assert.Null(CompositionOperators.Find(""));
    }

    // Transformer-Squared reference numbers: sigma = (3, 1), two renormalised experts, alpha = (0.75, 0.25).
    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_that_sum_to_one_are_the_papers_mixture_of_effective_multipliers(string name)
    {
        var z = Compose(name, (One, 0.75), (Two, 0.25)).Multipliers["m"];
        Sample.Near([0.7285714286, 1.8142857143], z);
        Assert.Equal(4.0, (3.0 * z.Span[0]) + z.Span[1], 1e-6);
    }

    [Fact]
    public void Operators_differ_in_what_weights_lack_or_exceed()
    {
        (ExpertVector, double)[] half = [(One, 0.375), (Two, 0.125)];
        Sample.Near([0.7285714286 / 2, 1.8142857143 / 2], Compose("linear", half).Multipliers["m"]);
        Sample.Near([(1 + 0.7285714286) / 2, (1 + 1.8142857143) / 2], Compose("soft", half).Multipliers["m"]);
        Sample.Near([0.7285714286, 1.8142857143], Compose("norm-preserving", half).Multipliers["m"]);
        Sample.Near([0.7285714286, 1.8142857143], Compose("norm-preserving", (One, 1.5), (Two, 0.5)).Multipliers["m"]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_expert_of_weight_one_is_itself(string name) => Assert.Same(One, Compose(name, (One, 1)));

    [Fact]
    public void Soft_weights_of_nothing_are_the_base_model() => Assert.True(Compose("soft", (One, 0), (Two, 0)).IsIdentity);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_matrix_that_a_member_leaves_out_counts_as_ones(string name)
    {
        var mixed = Compose(name, (Sample.Expert(("a", [2, 4])), 0.5), (Sample.Expert(("b", [3])), 0.25), (ExpertVector.Identity, 0.25));
        Sample.Near([1.5, 2.5], mixed.Multipliers["a"]);
        Sample.Near([1.5], mixed.Multipliers["b"]);
    }

    [Fact]
    public void Soft_mixtures_of_any_experts_lie_between_them_and_the_base_model()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 200; trial++)
        {
            var experts = Experts(random, count: 3);
            var weights = experts.Select(_ => random.NextDouble() / experts.Length).ToArray();
            var z = Compose("soft", [.. experts.Zip(weights)]).Multipliers["m"].ToArray();
            for (var i = 0; i < z.Length; i++)
            {
                var values = experts.Select(expert => expert.Multipliers["m"].Span[i]).Append(1).ToArray();
                Assert.InRange(z[i], values.Min() - 1e-5f, values.Max() + 1e-5f);
                Assert.Equal(1 + experts.Zip(weights).Sum(pair => pair.Second * (pair.First.Multipliers["m"].Span[i] - 1.0)), z[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Norm_preserving_mixtures_of_renormalised_experts_keep_the_nuclear_norm()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 200; trial++)
        {
            var sigma = Enumerable.Range(0, 7).Select(_ => (float)random.NextDouble() + 0.1f).ToArray();
            var experts = Experts(random, count: 4)
                .Select(expert => Sample.Expert(("m", ExpertMath.Renormalize(sigma, expert.Multipliers["m"].Span))));
            var z = Compose("norm-preserving", [.. experts.Select(expert => (expert, random.NextDouble() * 5))]).Multipliers["m"].ToArray();
            Assert.Equal(1, sigma.Zip(z, (s, m) => (double)s * m).Sum() / sigma.Sum(value => (double)value), 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_order_of_the_members_does_not_matter(string name)
    {
        var random = new Random(3);
        var members = Experts(random, count: 3).Select(expert => (expert, random.NextDouble() / 3)).ToArray();
        var forward = Compose(name, members).Multipliers["m"].ToArray();
        Assert.All(forward.Zip(Compose(name, [.. members.Reverse()]).Multipliers["m"].ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Unfit_members_are_refused_for_their_reason(string name)
    {
        Assert.Equal("EMPTY", Reason(name));
        Assert.Equal("WEIGHT_NOT_FINITE", Reason(name, (One, double.NaN), (Two, 0.5)));
        Assert.Equal("WEIGHT_NOT_FINITE", Reason(name, (One, double.PositiveInfinity)));
        Assert.Equal("RANK_MISMATCH", Reason(name, (One, 0.5), (Sample.Expert(("m", [1])), 0.5)));
        Assert.Equal("NON_POSITIVE_SUM", Reason(name, (Sample.Expert(("m", [-1, -2])), 0.5), (Sample.Expert(("m", [0, -1])), 0.5)));
    }

    [Fact]
    public void Weights_must_be_ones_that_the_operator_takes()
    {
        Assert.Equal("NON_POSITIVE_SUM", Reason("linear", (One, 0)));
        Assert.Equal("WEIGHT_OUT_OF_RANGE", Reason("soft", (One, -0.1), (Two, 0.5)));
        Assert.Equal("WEIGHT_OUT_OF_RANGE", Reason("soft", (One, 0.6), (Two, 0.40001)));
        Assert.Equal("WEIGHT_OUT_OF_RANGE", Reason("norm-preserving", (One, 0), (Two, 0)));
        Assert.Equal("WEIGHT_OUT_OF_RANGE", Reason("norm-preserving", (One, -1)));
        Assert.Equal("WEIGHT_OUT_OF_RANGE", Reason("norm-preserving", (One, double.MaxValue), (Two, double.MaxValue)));
    }

    [Fact]
    public void Soft_weights_may_exceed_one_by_a_rounding_error() =>
        Sample.Near([1.2, 0.4], Compose("soft", (Two, 1 + 1e-8)).Multipliers["m"]);

    private static ExpertVector[] Experts(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Sample.Expert(("m", [.. Enumerable.Range(0, 7).Select(_ => (float)random.NextDouble() * 3)])))];

    private static string Reason(string name, params (ExpertVector Expert, double Weight)[] members) =>
        Assert.Throws<ExpertCompositionException>(() => Compose(name, members)).Reason;

    private static ExpertVector Compose(string name, params (ExpertVector Expert, double Weight)[] members) =>
        CompositionOperators.Find(name)!.Compose([.. members.Select(member => new WeightedExpert(member.Expert, member.Weight))]);
}
