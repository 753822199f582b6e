using System.Text.Json;
using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class CandidateTests
{
    private static readonly ExpertVector One = Sample.Expert(("a", [2, 4]), ("b", [0.5f]));
    private static readonly ExpertVector Two = Sample.Expert(("a", [1, 3]), ("c", [3]));

    [Fact]
    public void With_the_identity_in_the_pool_it_gets_the_rest()
    {
        var z = Compose(new SearchSpace(2, 1, WithIdentity: true), 0.5, 0.25);
        Sample.Near([1.5, 3], z.Multipliers["a"]);
        Sample.Near([0.75], z.Multipliers["b"]);
        Sample.Near([1.5], z.Multipliers["c"]);
    }

    [Fact]
    public void Without_it_only_proportions_count()
    {
        var space = new SearchSpace(2, 1, WithIdentity: false);
        foreach (var scale in new[] { 0.1, 0.25, 1 })
        {
            var z = Compose(space, 3 * scale, scale);
            Sample.Near([1.75, 3.75], z.Multipliers["a"]);
            Sample.Near([0.625], z.Multipliers["b"]);
            Sample.Near([1.5], z.Multipliers["c"]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Weights_per_matrix_follow_the_order_of_the_names(bool withIdentity)
    {
        Assert.Equal(["a", "b", "c"], SearchSpace.MatricesOf([One, Two]));
        var z = Compose(new SearchSpace(2, 3, withIdentity), 1, 0.5, 0, 0, 0.5, 1);
        Sample.Near([2, 4], z.Multipliers["a"]);
        Sample.Near([0.75], z.Multipliers["b"]);
        Sample.Near([3], z.Multipliers["c"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_matrix_whose_weights_are_all_zero_stays_as_it_is(bool withIdentity)
    {
        var z = Compose(new SearchSpace(2, 3, withIdentity), 1, 0, 0, 0, 0, 0);
        Assert.Equal(["a"], z.Multipliers.Keys);
        Assert.Same(ExpertVector.Identity, Compose(new SearchSpace(2, 1, withIdentity), 0, 0));
        Assert.True(new SearchSpace(2, 3, withIdentity).Identity().Compose([One, Two]).IsIdentity);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Equal_weights_per_matrix_are_a_global_mixture(int groups)
    {
        var space = new SearchSpace(2, groups, WithIdentity: true);
        double[] weights = [.. Enumerable.Repeat(0.3, groups), .. Enumerable.Repeat(0.6, groups)];
        Assert.Equal(Compose(new SearchSpace(2, 1, WithIdentity: true), 0.3, 0.6).Digest, new Candidate(space, weights).Compose([One, Two]).Digest);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void An_expert_alone_and_all_of_them_alike_are_candidates(int groups, bool withIdentity)
    {
        var space = new SearchSpace(2, groups, withIdentity);
        var alone = space.Alone(1).Compose([One, Two]);
        Sample.Near([1, 3], alone.Multipliers["a"]);
        Sample.Near([3], alone.Multipliers["c"]);
        Assert.True(!alone.Multipliers.TryGetValue("b", out var b) || b.Span[0] == 1);
        Sample.Near([1.5, 3.5], space.Uniform().Compose([One, Two]).Multipliers["a"]);
    }

    [Fact]
    public void Other_experts_are_refused()
    {
        Assert.Equal(SearchError.SpaceMismatch, Reason(1, [One]));
        Assert.Equal(SearchError.SpaceMismatch, Reason(1, [One, Two, Two]));
        Assert.Equal(SearchError.SpaceMismatch, Reason(2, [One, Two]));
        var unfit = Assert.Throws<ExpertCompositionException>(
            () => new SearchSpace(2, 1, WithIdentity: true).Uniform().Compose([One, Sample.Expert(("a", [1]))]));
        Assert.Equal("RANK_MISMATCH", unfit.Reason);
    }

    [Fact]
    public void It_survives_JSON()
    {
        var candidate = new Candidate(new SearchSpace(2, 2, WithIdentity: true), [0.1, 1 / 3.0, 0.2, 1e-17]);
        var read = JsonSerializer.Deserialize<Candidate>(JsonSerializer.Serialize(candidate))!;
        Assert.Equal(candidate.Space, read.Space);
        Assert.Equal(candidate.Weights, read.Weights);
        Assert.Equal(1e-17, read[1, 1]);
    }

    private static SearchError Reason(int groups, ExpertVector[] experts) =>
        Assert.Throws<SearchException>(() => new SearchSpace(2, groups, WithIdentity: true).Uniform().Compose(experts)).Reason;

    private static ExpertVector Compose(SearchSpace space, params double[] weights) => new Candidate(space, weights).Compose([One, Two]);
}
