namespace Transformer2.Adaptation.Search;

/// <summary>
/// A few-shot search for mixture weights, step by step: a host stores the state after every step and goes on from it after a restart, with the
/// same outcome. Examples that are held out choose nothing; they are scored once, when the solution stands.
/// </summary>
public static class MixtureSearch
{
    /// <summary>The state before the first step.</summary>
    /// <exception cref="SearchException">The examples, the options or the number of experts or matrices are not fit for a search.</exception>
    public static MixtureSearchState Start(MixtureSearchSetup setup)
    {
        SearchExample.Validate(setup.Examples);
        var space = setup.Options.SpaceOf(setup.Experts.Count, setup.Matrices);
        return new MixtureSearchState
        {
            Experts = setup.Experts,
            Options = setup.Options,
            Space = space,
            Seed = setup.Seed,
            Strategy = SearchStrategies.Create(setup.Options, space, setup.Seed).Start(),
            Split = ExampleSplit.Create(setup.Examples.Count, setup.Options.HoldOutShare, setup.Seed),
            Phase = SearchPhase.Searching,
        };
    }

    /// <summary>
    /// Takes one step, which asks the evaluator once. A finished search stays as it is.
    /// </summary>
    /// <param name="state">The state, unchanged by this.</param>
    /// <param name="evaluator">Scores candidates on the examples that the search began with.</param>
    /// <param name="cancellationToken">Ends the step; the state is then still the one to go on from.</param>
    /// <exception cref="SearchException">The evaluator's scores cannot be used.</exception>
    public static Task<MixtureSearchState> StepAsync(MixtureSearchState state, IPopulationEvaluator evaluator, CancellationToken cancellationToken) =>
        state.Phase switch
        {
            SearchPhase.Searching => SearchAsync(state, evaluator, cancellationToken),
            SearchPhase.Measuring => MeasureAsync(state, evaluator, cancellationToken),
            _ => Task.FromResult(state),
        };

    private static async Task<MixtureSearchState> SearchAsync(MixtureSearchState state, IPopulationEvaluator evaluator, CancellationToken cancellationToken)
    {
        var strategy = SearchStrategies.Create(state.Options, state.Space, state.Seed);
        var population = strategy.Ask(state.Strategy);
        var examples = await EvaluateAsync(evaluator, population, state.Split.Search, cancellationToken);
        CandidateScore[] scores = [.. examples.Select(row => CandidateScore.Of(row, state.Options.Score))];
        var told = strategy.Tell(state.Strategy, population, scores);
        var summary = new GenerationSummary(
            state.Strategy.Generation,
            told.BestScore!.Value.Value,
            scores.Where(score => score.IsFinite).Average(score => score.Value),
            told.Deviation.Average(),
            told.Best.Weights);
        return state with
        {
            Strategy = told,
            History = [.. state.History, summary],
            Evaluations = state.Evaluations + ((long)population.Count * state.Split.Search.Count),
            Phase = told.Finished ? SearchPhase.Measuring : SearchPhase.Searching,
        };
    }

    private static async Task<MixtureSearchState> MeasureAsync(MixtureSearchState state, IPopulationEvaluator evaluator, CancellationToken cancellationToken)
    {
        var candidates = Comparison.Candidates(state.Strategy.Best);
        int[] examples = [.. state.Split.Search, .. state.Split.HoldOut];
        var scores = await EvaluateAsync(evaluator, candidates, examples, cancellationToken);
        var searched = state.Split.Search.Count;
        var onSearch = new Comparison([.. scores.Select(row => row.Take(searched).ToArray())]);
        var onHoldOut = new Comparison([.. scores.Select(row => row.Skip(searched).ToArray())]);
        var bestExpert = onSearch.BestExpert(state.Options.Score);
        var evaluations = state.Evaluations + ((long)candidates.Count * examples.Length);
        return state with
        {
            Phase = SearchPhase.Finished,
            Evaluations = evaluations,
            Result = new MixtureSearchResult
            {
                Solution = state.Strategy.Best,
                Lineage = Lineage.Of(state),
                Generations = state.Strategy.Generation,
                Evaluations = evaluations,
                BestExpert = bestExpert,
                Search = onSearch.Scores(bestExpert),
                HoldOut = state.Split.HoldOut.Count == 0 ? null : onHoldOut.Scores(bestExpert),
            },
        };
    }

    private static async Task<IReadOnlyList<IReadOnlyList<ExampleScore>>> EvaluateAsync(
        IPopulationEvaluator evaluator, IReadOnlyList<Candidate> candidates, IReadOnlyList<int> examples, CancellationToken cancellationToken)
    {
        var scores = await evaluator.EvaluateAsync(candidates, examples, cancellationToken);
        return scores.Count == candidates.Count && scores.All(row => row.Count == examples.Count)
            ? scores
            : throw new SearchException(
                SearchError.EvaluationMismatch, $"The evaluator did not score {candidates.Count} candidates on {examples.Count} examples each.");
    }
}
