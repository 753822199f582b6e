using System.Text.Json;
using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class StrategyTests
{
    public static TheoryData<string, bool, int> All =>
        [.. SearchStrategies.Names.SelectMany(name => new[] { (name, true, 1), (name, true, 3), (name, false, 1), (name, false, 3) })];

    [Theory]
    [MemberData(nameof(All))]
    public void The_same_state_gives_the_same_generation_in_any_process(string name, bool withIdentity, int groups)
    {
        var (strategy, space) = Make(name, withIdentity, groups, seed: 3);
        var again = Make(name, withIdentity, groups, seed: 3).Strategy;
        for (var state = strategy.Start(); !state.Finished && state.Generation < 4;)
        {
            var restored = JsonSerializer.Deserialize<StrategyState>(JsonSerializer.Serialize(state))!;
            var population = strategy.Ask(state);
            Assert.Equal(population.Select(candidate => candidate.Weights), again.Ask(restored).Select(candidate => candidate.Weights));
            state = strategy.Tell(state, population, Scores(population));
            Assert.Equal(JsonSerializer.Serialize(state), JsonSerializer.Serialize(again.Tell(restored, again.Ask(restored), Scores(population))));
        }

        Assert.Equal(space, strategy.Start().Best.Space);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void All_candidates_are_allowed_and_the_best_one_is_scored_again(string name, bool withIdentity, int groups)
    {
        var (strategy, _) = Make(name, withIdentity, groups, seed: 4);
        for (var state = strategy.Start(); !state.Finished && state.Generation < 6;)
        {
            var population = strategy.Ask(state);
            Assert.Same(state.Best, population[0]);
            Assert.All(population.SelectMany(candidate => candidate.Weights), weight => Assert.InRange(weight, 0, 1));
            if (withIdentity)
            {
                Assert.All(population, candidate => Assert.All(
                    Enumerable.Range(0, groups), group => Assert.InRange(Enumerable.Range(0, 3).Sum(k => candidate[k, group]), 0, 1 + 1e-12)));
            }

            state = strategy.Tell(state, population, Scores(population));
        }
    }

    [Theory]
    [InlineData("cem")]
    [InlineData("random-shooting")]
    public void The_base_model_is_a_candidate_of_every_generation_and_the_baselines_of_the_first(string name)
    {
        var (strategy, space) = Make(name, withIdentity: true, groups: 2, seed: 5);
        var first = strategy.Ask(strategy.Start());
        Assert.Equal(32, first.Count);
        Candidate[] baselines = [space.Identity(), space.Alone(0), space.Alone(1), space.Alone(2), space.Uniform()];
        Assert.Equal(baselines.Select(candidate => candidate.Weights), first.Take(5).Select(candidate => candidate.Weights));

        var second = strategy.Ask(strategy.Tell(strategy.Start(), first, Scores(first)));
        Assert.Equal(32, second.Count);
        Assert.Equal(space.Identity().Weights, second[1].Weights);
        Assert.Single(second, candidate => candidate.Weights.All(weight => weight == 0));
    }

    [Fact]
    public void Another_seed_or_generation_gives_other_candidates()
    {
        var (strategy, _) = Make("cem", withIdentity: false, groups: 1, seed: 1);
        var state = strategy.Start();
        var last = strategy.Ask(state)[^1].Weights;
        Assert.NotEqual(last, strategy.Ask(state with { Generation = 1 })[^1].Weights);
        Assert.NotEqual(last, Make("cem", withIdentity: false, groups: 1, seed: 2).Strategy.Ask(state)[^1].Weights);
    }

    [Fact]
    public void A_floor_keeps_the_search_going_where_elites_agree()
    {
        var options = SearchOptions.Default with { DeviationFloor = 0.08, DeviationFloorDecay = 0.5 };
        var space = options.SpaceOf(2, 1);
        Candidate[] same = [.. Enumerable.Repeat(new Candidate(space, [0.4, 0.2]), options.Population)];
        CandidateScore[] scores = [.. Enumerable.Repeat(new CandidateScore(-1, -1), options.Population)];

        var strategy = SearchStrategies.Create(options, space, seed: 1);
        var first = strategy.Tell(strategy.Start(), same, scores);
        Assert.Equal([0.08, 0.08], first.Deviation);
        Assert.Equal([0.04, 0.04], strategy.Tell(first, same, scores).Deviation);
        Assert.True(strategy.Ask(first).Select(candidate => candidate[0, 0]).Distinct().Count() > 20);

        var without = SearchStrategies.Create(options with { DeviationFloor = 0 }, space, seed: 1);
        Assert.All(without.Tell(without.Start(), same, scores).Deviation, deviation => Assert.Equal(0, deviation, 1e-12));
    }

    [Fact]
    public void A_candidate_without_a_finite_score_is_worse_than_all_others()
    {
        var (strategy, space) = Make("cem", withIdentity: true, groups: 1, seed: 1);
        var population = Enumerable.Range(0, 32).Select(i => new Candidate(space, [i / 100.0, 0, 0])).ToArray();
        CandidateScore[] scores =
        [
            new(double.NaN, 0), new(double.PositiveInfinity, 0), new(5, double.NaN), new(-100, -100), new(-99, -99),
            .. Enumerable.Repeat(new CandidateScore(double.NegativeInfinity, 0), 27),
        ];
        var state = strategy.Tell(strategy.Start(), population, scores);
        Assert.Same(population[4], state.Best);
        Assert.Equal(0.035, state.Mean[0], 1e-12);
        Assert.Equal(SearchOptions.Default.DeviationFloor, state.Deviation[0]);
    }

    [Fact]
    public void A_lonely_elite_says_nothing_about_the_spread()
    {
        var options = SearchOptions.Parity;
        var space = options.SpaceOf(2, 1);
        var strategy = SearchStrategies.Create(options, space, seed: 1);
        var population = strategy.Ask(strategy.Start());
        var state = strategy.Tell(strategy.Start(), population, [.. population.Select((_, i) => new CandidateScore(i == 7 ? 0.5 : double.NaN, 0))]);
        Assert.Equal(population[7].Weights, state.Mean);
        Assert.Equal([0.5, 0.5], state.Deviation);
    }

    [Theory]
    [InlineData("cem")]
    [InlineData("uniform")]
    public void Scores_that_cannot_be_used_are_refused(string name)
    {
        var (strategy, _) = Make(name, withIdentity: true, groups: 1, seed: 1);
        var population = strategy.Ask(strategy.Start());
        Assert.Equal(SearchError.ScoreNotFinite, Reason([.. population.Select(_ => new CandidateScore(double.NaN, double.NaN))]));
        Assert.Equal(SearchError.EvaluationMismatch, Reason([.. population.Skip(1).Select(_ => new CandidateScore(0, 0))]));

        SearchError Reason(CandidateScore[] scores) =>
            Assert.Throws<SearchException>(() => strategy.Tell(strategy.Start(), population, scores)).Reason;
    }

    [Fact]
    public void A_search_ends_when_the_best_score_has_not_risen_enough_for_long()
    {
        var options = SearchOptions.Default with { Patience = 3, Tolerance = 0.1, MaxGenerations = 100 };
        Assert.Equal(4, Generations(options, [-5]));
        Assert.Equal(4, Generations(options, [-5, -4.99, -4.95, -4.91]));
        Assert.Equal(6, Generations(options, [-5, -4.95, -4.85]));
        Assert.Equal(100, Generations(options with { Patience = 0 }, [-5]));
        Assert.Equal(3, Generations(options with { MaxGenerations = 3 }, [-5]));
        Assert.Equal(4, Generations(options with { Tolerance = 0 }, [-5]));
    }

    [Fact]
    public void Among_equals_the_base_model_stays()
    {
        var (strategy, _) = Make("cem", withIdentity: true, groups: 1, seed: 1);
        var state = strategy.Start();
        while (!state.Finished)
        {
            var population = strategy.Ask(state);
            state = strategy.Tell(state, population, [.. population.Select(_ => new CandidateScore(-2, -2))]);
        }

        Assert.All(state.Best.Weights, weight => Assert.Equal(0, weight));
    }

    // The last score repeats.
    private static int Generations(SearchOptions options, double[] scores)
    {
        var strategy = SearchStrategies.Create(options, options.SpaceOf(2, 1), seed: 1);
        var state = strategy.Start();
        while (!state.Finished)
        {
            var score = scores[Math.Min(state.Generation, scores.Length - 1)];
            var population = strategy.Ask(state);
            state = strategy.Tell(state, population, [.. population.Select(_ => new CandidateScore(score, score))]);
        }

        return state.Generation;
    }

    private static (ISearchStrategy Strategy, SearchSpace Space) Make(string name, bool withIdentity, int groups, ulong seed)
    {
        var options = SearchOptions.Default with { Strategy = name, IdentityInPool = withIdentity, Granularity = WeightGranularity.PerMatrix };
        var space = options.SpaceOf(3, groups);
        return (SearchStrategies.Create(options, space, seed), space);
    }

    private static CandidateScore[] Scores(IReadOnlyList<Candidate> population) =>
        [.. population.Select(candidate => -candidate.Weights.Sum(weight => (weight - 0.3) * (weight - 0.3))).Select(value => new CandidateScore(value, value))];
}
