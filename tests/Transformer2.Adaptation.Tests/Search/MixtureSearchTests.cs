using System.Text.Json;
using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class MixtureSearchTests
{
    private static readonly double[] Target = [0.6, 0.1, 0];

    public static TheoryData<string, bool> Variants =>
        [.. SearchStrategies.Names.SelectMany(name => new[] { (name, true), (name, false) })];

    [Fact]
    public async Task A_mixture_is_found_that_beats_the_base_model_each_expert_and_the_uniform_one()
    {
        var state = await Run(Setup(), new Synthetic(Quadratic));
        var result = state.Result!;
        Assert.All(Target.Zip(result.Solution.Weights), pair => Assert.Equal(pair.First, pair.Second, 0.05));
        foreach (var scores in new[] { result.Search, result.HoldOut! })
        {
            Assert.True(scores.Solution.LogLikelihood > scores.Base!.LogLikelihood + 0.3);
            Assert.True(scores.Solution.LogLikelihood > scores.BestExpert!.LogLikelihood + 0.1);
            Assert.True(scores.Solution.LogLikelihood > scores.Uniform!.LogLikelihood + 0.1);
        }

        Assert.Equal(0, result.BestExpert);
        Assert.Equal((7, 3), (result.Search.Examples, result.HoldOut!.Examples));
        Assert.Equal(state.History.Count, result.Generations);
        Assert.Equal((result.Generations * 32 * 7) + (6 * 10), result.Evaluations);
        Assert.Equal(result.Evaluations, state.Evaluations);
    }

    [Fact]
    public async Task Weights_per_matrix_are_found()
    {
        double[] target = [0.7, 0.1, 0.3, 0.2, 0, 0.6];
        var setup = Setup(SearchOptions.Default with { Granularity = WeightGranularity.PerMatrix, Population = 64, MaxGenerations = 30 }) with
        {
            Experts = ["math", "code"],
            Matrices = 3,
        };
        var result = (await Run(setup, new Synthetic((candidate, _) => new(-candidate.Weights.Zip(target, (a, t) => (a - t) * (a - t)).Sum())))).Result!;
        Assert.All(target.Zip(result.Solution.Weights), pair => Assert.Equal(pair.First, pair.Second, 0.12));
        Assert.True(result.HoldOut!.Solution.LogLikelihood > result.HoldOut.Uniform!.LogLikelihood);
    }

    [Fact]
    public async Task The_cross_entropy_method_finds_more_than_random_shooting_and_that_more_than_uniform_weights()
    {
        double[] target = [0.5, 0, 0.2, 0, 0.1, 0];
        var scores = new List<double>();
        foreach (var strategy in new[] { "uniform", "random-shooting", "cem" })
        {
            var setup = Setup(SearchOptions.Default with { Strategy = strategy }) with { Experts = ["a", "b", "c", "d", "e", "f"] };
            var result = (await Run(setup, new Synthetic((candidate, _) => new(-candidate.Weights.Zip(target, (a, t) => (a - t) * (a - t)).Sum())))).Result!;
            scores.Add(result.HoldOut!.Solution.LogLikelihood);
        }

        Assert.Equal(scores.Order(), scores);
        Assert.True(scores[2] > scores[1] && scores[1] > scores[0]);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_search_that_is_stored_and_resumed_after_every_step_ends_the_same(string strategy, bool parity)
    {
        var options = (parity ? SearchOptions.Parity : SearchOptions.Default) with { Strategy = strategy, MaxGenerations = 8 };
        var setup = Setup(options) with { Seed = ulong.MaxValue };
        var straight = await Run(setup, new Synthetic(Quadratic));
        var resumed = MixtureSearch.Start(setup);
        while (resumed.Phase != SearchPhase.Finished)
        {
            var stored = JsonSerializer.Serialize(resumed);
            resumed = JsonSerializer.Deserialize<MixtureSearchState>(stored)!;
            Assert.Equal(stored, JsonSerializer.Serialize(resumed));
            resumed = await MixtureSearch.StepAsync(resumed, new Synthetic(Quadratic), TestContext.Current.CancellationToken);
        }

        Assert.Equal(JsonSerializer.Serialize(straight), JsonSerializer.Serialize(resumed));
        Assert.Equal(straight.Result!.Solution.Weights, resumed.Result!.Solution.Weights);
    }

    [Fact]
    public async Task Another_seed_splits_and_searches_differently()
    {
        var one = await Run(Setup(), new Synthetic(Quadratic));
        var two = await Run(Setup() with { Seed = 2 }, new Synthetic(Quadratic));
        Assert.NotEqual(one.Split.HoldOut, two.Split.HoldOut);
        Assert.NotEqual(one.Result!.Solution.Weights, two.Result!.Solution.Weights);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_held_out_chooses_nothing(bool parity)
    {
        var setup = Setup((parity ? SearchOptions.Parity : SearchOptions.Default) with { HoldOutShare = 0.4, MaxGenerations = 6 });
        var split = MixtureSearch.Start(setup).Split;
        Assert.Equal(4, split.HoldOut.Count);
        var evaluator = new Synthetic(Quadratic);
        var plain = await Run(setup, evaluator);
        var opposite = await Run(setup, new Synthetic((candidate, example) =>
            split.HoldOut.Contains(example) ? new(-1 - Quadratic(candidate, example).LogLikelihood, false) : Quadratic(candidate, example)));

        Assert.All(evaluator.Calls.SkipLast(1), call => Assert.Equal(split.Search, call.Examples));
        Assert.Equal(10, evaluator.Calls[^1].Examples.Count);
        Assert.Equal(plain.Result!.Solution.Weights, opposite.Result!.Solution.Weights);
        Assert.Equal(plain.Result.BestExpert, opposite.Result.BestExpert);
        Assert.Equal(JsonSerializer.Serialize(plain.History), JsonSerializer.Serialize(opposite.History));
        Assert.NotEqual(plain.Result.HoldOut, opposite.Result.HoldOut);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_or_two_examples_are_all_searched_on_and_none_is_held_out(int examples)
    {
        var result = (await Run(Setup() with { Examples = Examples(examples) }, new Synthetic(Quadratic))).Result!;
        Assert.Equal(examples, result.Search.Examples);
        Assert.Null(result.HoldOut);
    }

    [Fact]
    public async Task By_accuracy_the_share_of_right_answers_counts_and_then_the_likelihood_of_these()
    {
        // Everything with more than a third of the first expert is right; the likelihood of right answers prefers 0.8.
        var evaluator = new Synthetic((candidate, example) => new(
            example % 2 == 0 ? -Math.Abs(candidate.Weights[0] - 0.8) : candidate.Weights[0] - 9, example % 2 == 0 && candidate.Weights[0] > 1 / 3.0));
        var state = await Run(Setup(SearchOptions.Parity with { MaxGenerations = 10 }), evaluator);
        Assert.Equal(0.5, state.Result!.Search.Solution.Accuracy);
        Assert.Equal(0.8, state.Result.Solution.Weights[0], 0.05);
        Assert.Equal(0, state.Result.Search.Base!.Accuracy);
        Assert.Null(state.Result.HoldOut);
        Assert.All(state.History, generation => Assert.InRange(generation.BestScore, 0, 0.5));
    }

    [Fact]
    public async Task Answers_that_were_not_graded_have_no_accuracy()
    {
        var result = (await Run(Setup(), new Synthetic((candidate, example) => new(Quadratic(candidate, example).LogLikelihood, example == 0 ? null : true)))).Result!;
        Assert.True(result.Search.Solution.Accuracy is null ^ result.HoldOut!.Solution.Accuracy is null);
    }

    [Fact]
    public async Task A_candidate_that_is_not_a_number_on_one_example_is_never_the_solution()
    {
        var evaluator = new Synthetic((candidate, example) => new(example == 4 && candidate.Weights[0] > 0.3 ? double.NaN : Quadratic(candidate, example).LogLikelihood));
        var state = await Run(Setup() with { Options = SearchOptions.Default with { HoldOutShare = 0 } }, evaluator);
        Assert.InRange(state.Result!.Solution.Weights[0], 0.2, 0.3);
        Assert.All(state.History, generation => Assert.True(double.IsFinite(generation.MeanScore)));
        Assert.Null(state.Result.HoldOut);
        Assert.Null(state.Result.Search.Uniform);
        Assert.NotNull(state.Result.Search.Base);
        Assert.NotEqual(0, state.Result.BestExpert);
    }

    [Fact]
    public async Task A_search_in_which_nothing_is_a_number_ends()
    {
        Assert.Equal(SearchError.ScoreNotFinite, await Reason(Setup(), new Synthetic((_, _) => new(double.NaN))));
        Assert.Equal(SearchError.ScoreNotFinite, await Reason(Setup(), new Synthetic((_, _) => new(double.NegativeInfinity, true))));
        Assert.Equal(SearchError.ScoreNotFinite, await Reason(Setup(SearchOptions.Parity), new Synthetic((_, _) => new(double.NaN, true))));
    }

    [Fact]
    public async Task A_solution_that_is_not_a_number_on_what_was_held_out_is_refused()
    {
        var split = MixtureSearch.Start(Setup()).Split;
        var evaluator = new Synthetic((candidate, example) => split.HoldOut.Contains(example) && candidate.Weights.Any(weight => weight > 0)
            ? new(double.NaN)
            : Quadratic(candidate, example));
        Assert.Equal(SearchError.ScoreNotFinite, await Reason(Setup(), evaluator));
    }

    [Fact]
    public async Task No_expert_may_be_computable()
    {
        var evaluator = new Synthetic((candidate, _) => new(candidate.Weights.All(weight => weight == 0) ? -1 : double.NaN));
        var result = (await Run(Setup(), evaluator)).Result!;
        Assert.All(result.Solution.Weights, weight => Assert.Equal(0, weight));
        Assert.Null(result.BestExpert);
        Assert.Equal(new ScoreComparison(3, new(-1, null), new(-1, null), null, null), result.HoldOut);
    }

    [Fact]
    public async Task Scores_of_the_wrong_shape_or_without_grades_are_refused()
    {
        Assert.Equal(SearchError.NotGraded, await Reason(Setup(SearchOptions.Parity), new Synthetic((_, _) => new(-1))));
        Assert.Equal(SearchError.EvaluationMismatch, await Reason(Setup(), new Synthetic(Quadratic) { Candidates = 31 }));
        Assert.Equal(SearchError.EvaluationMismatch, await Reason(Setup(), new Synthetic(Quadratic) { Examples = 6 }));
    }

    [Fact]
    public void Unfit_searches_do_not_begin()
    {
        Assert.Equal(SearchError.NoExamples, Start(Setup() with { Examples = [] }));
        Assert.Equal(SearchError.OptionOutOfRange, Start(Setup() with { Experts = [] }));
        Assert.Equal(SearchError.UnknownStrategy, Start(Setup(SearchOptions.Default with { Strategy = "x" })));

        static SearchError Start(MixtureSearchSetup setup) => Assert.Throws<SearchException>(() => MixtureSearch.Start(setup)).Reason;
    }

    [Fact]
    public async Task A_step_can_be_cancelled_and_a_finished_search_stays()
    {
        var state = MixtureSearch.Start(Setup());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MixtureSearch.StepAsync(state, new Synthetic(Quadratic), new CancellationToken(canceled: true)));
        var finished = await Run(Setup(), new Synthetic(Quadratic));
        Assert.Same(finished, await MixtureSearch.StepAsync(finished, new Synthetic(Quadratic), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_history_tells_every_generation()
    {
        var state = await Run(Setup(SearchOptions.Default with { MaxGenerations = 5, Patience = 0 }), new Synthetic(Quadratic));
        Assert.Equal([0, 1, 2, 3, 4], state.History.Select(generation => generation.Generation));
        Assert.Equal(state.History.Select(generation => generation.BestScore).Order(), state.History.Select(generation => generation.BestScore));
        Assert.All(state.History, generation => Assert.True(generation.BestScore >= generation.MeanScore));
        Assert.Equal(state.Result!.Solution.Weights, state.History[^1].BestWeights);
        Assert.True(state.History[^1].MeanDeviation < state.History[0].MeanDeviation);
    }

    [Fact]
    public async Task The_lineage_says_what_the_mixture_is_made_of()
    {
        var options = SearchOptions.Default with { Strategy = "uniform" };
        Assert.Equal(
            "0.333 math + 0.333 code + 0.333 poetry + 0 identity; uniform, 1 generations, seed 1, 7 examples",
            (await Run(Setup(options), new Synthetic(Quadratic))).Result!.Lineage);
        Assert.Equal(
            "on average over 4 matrices 0.333 math + 0.333 code + 0.333 poetry, normalised; uniform, 1 generations, seed 1, 7 examples",
            (await Run(
                Setup(options with { Granularity = WeightGranularity.PerMatrix, IdentityInPool = false }) with { Matrices = 4 },
                new Synthetic((_, _) => new(-1)))).Result!.Lineage);
    }

    private static MixtureSearchSetup Setup(SearchOptions? options = null) =>
        new() { Experts = ["math", "code", "poetry"], Matrices = 1, Examples = Examples(10), Options = options ?? SearchOptions.Default };

    private static SearchExample[] Examples(int count) => [.. Enumerable.Range(0, count).Select(i => new SearchExample($"{i} + 1?", $"{i + 1}"))];

    // Best at the target; each example is of another difficulty.
    private static ExampleScore Quadratic(Candidate candidate, int example)
    {
        var distance = candidate.Weights.Zip(Target, (a, t) => (a - t) * (a - t)).Sum();
        return new ExampleScore(-distance - (0.1 * example), distance * 10 < example);
    }

    private static async Task<MixtureSearchState> Run(MixtureSearchSetup setup, IPopulationEvaluator evaluator)
    {
        var state = MixtureSearch.Start(setup);
        while (state.Phase != SearchPhase.Finished)
        {
            state = await MixtureSearch.StepAsync(state, evaluator, TestContext.Current.CancellationToken);
        }

        return state;
    }

    private static async Task<SearchError> Reason(MixtureSearchSetup setup, IPopulationEvaluator evaluator) =>
        (await Assert.ThrowsAsync<SearchException>(() => Run(setup, evaluator))).Reason;

    private sealed class Synthetic(Func<Candidate, int, ExampleScore> score) : IPopulationEvaluator
    {
        public List<(int Candidates, IReadOnlyList<int> Examples)> Calls { get; } = [];

        public int? Candidates { get; init; }

        public int? Examples { get; init; }

        public Task<IReadOnlyList<IReadOnlyList<ExampleScore>>> EvaluateAsync(
            IReadOnlyList<Candidate> candidates, IReadOnlyList<int> exampleIndices, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Calls.Add((candidates.Count, exampleIndices));
            return Task.FromResult<IReadOnlyList<IReadOnlyList<ExampleScore>>>(
            [
                .. candidates.Take(Candidates ?? candidates.Count).Select(candidate =>
                    exampleIndices.Take(Examples ?? exampleIndices.Count).Select(example => score(candidate, example)).ToArray()),
            ]);
        }
    }
}
