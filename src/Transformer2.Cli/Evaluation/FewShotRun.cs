using Transformer2.Adaptation.Search;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Searches mixtures with few examples, and measures them with others that choose nothing.</summary>
internal sealed record FewShotRun
{
    public required string Model { get; init; }

    public required IReadOnlyList<string> Experts { get; init; }

    /// <summary>What is learned and measured; made when the model is there.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<FewShotTask>>> Tasks { get; init; }

    /// <summary>Whether prompts are texts.</summary>
    public required bool NeedsTokenizer { get; init; }

    public required IReadOnlyList<int> Shots { get; init; }

    public required int Seeds { get; init; }

    public required WeightGranularity Granularity { get; init; }

    public required (string DType, string Device) Place { get; init; }

    /// <exception cref="InputException">The model, an expert or the examples cannot be used.</exception>
    public async Task<FewShotReport> RunAsync(CliHost host, CancellationToken cancellationToken)
    {
        // Before the model is loaded for files that cannot be read.
        var tasks = await Tasks(cancellationToken);
        return await LocalEngine.UseAsync(Model, Place, host, local => MeasureAsync(local, tasks, cancellationToken), cancellationToken);
    }

    private async Task<FewShotReport> MeasureAsync(LocalEngine local, IReadOnlyList<FewShotTask> tasks, CancellationToken cancellationToken)
    {
        if (NeedsTokenizer)
        {
            local.RequireTokenizer();
        }

        var experts = new List<ExpertVector>();
        foreach (var path in Experts)
        {
            experts.Add(await local.ReadExpertAsync(path, cancellationToken));
        }

        var search = new ShotsSearch(local.Engine, experts, [.. Experts.Select(path => Path.GetFileNameWithoutExtension(path))], Granularity);
        var rows = new List<FewShotRow>();
        try
        {
            foreach (var task in tasks)
            {
                foreach (var shots in Shots)
                {
                    rows.Add(await RowAsync(local, search, task, shots, cancellationToken));
                }
            }
        }
        catch (SearchException exception)
        {
            throw new InputException(exception.Message);
        }

        return new FewShotReport(Model, Experts, Seeds, Granularity == WeightGranularity.Global ? "expert" : "expert and matrix", rows);
    }

    private async Task<FewShotRow> RowAsync(LocalEngine local, ShotsSearch search, FewShotTask task, int shots, CancellationToken cancellationToken)
    {
        var repeats = new List<IReadOnlyList<ShotsResult>>();
        for (ulong seed = 1; seed <= (ulong)Seeds; seed++)
        {
            var (learned, tests) = task.Draw(shots, seed);
            repeats.Add(await search.RunAsync(
                learned, tests, task.IsGraded, seed, step => local.Report(() => $"{task.Name}, {shots} shots, seed {seed} of {Seeds}: {step}"), cancellationToken));
        }

        return new FewShotRow(
            task.Name,
            shots,
            repeats[0][0].Scores.Count,
            [.. repeats[0].Select((result, method) => Sum(result.Method, [.. repeats.Select(repeat => repeat[method].Scores)], task.IsGraded))]);
    }

    private static FewShotMethod Sum(string name, IReadOnlyList<ExampleScore>[] seeds, bool isGraded)
    {
        var likelihoods = seeds.Select(seed => seed.Average(example => example.LogLikelihood)).ToArray();
        var right = seeds.Select(seed => seed.Count(example => example.Correct == true)).ToArray();
        double n = seeds[0].Count;
        return new FewShotMethod(
            name,
            isGraded ? Accuracy.Of(new Proportion((int)Math.Round(right.Average()), (int)n)) : null,
            isGraded ? right.Min() / n : null,
            isGraded ? right.Max() / n : null,
            likelihoods.Average(),
            likelihoods.Min(),
            likelihoods.Max());
    }
}

/// <summary>What a method made of the shots.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Mixture">The weights.</param>
/// <param name="Scores">The scores of all tests.</param>
internal sealed record ShotsResult(string Method, Candidate Mixture, IReadOnlyList<ExampleScore> Scores);

/// <summary>One comparison: everything is searched with the same shots and measured on the same tests.</summary>
internal sealed class ShotsSearch(InferenceEngine engine, IReadOnlyList<ExpertVector> experts, IReadOnlyList<string> names, WeightGranularity granularity)
{
    /// <summary>The name of the search as the platform has it.</summary>
    public const string Cem = "cem";

    /// <summary>The name of the expert that does best on the shots.</summary>
    public const string BestExpert = "best expert";

    /// <summary>The name of all experts alike.</summary>
    public const string Uniform = "uniform";

    private const string Base = "base";
    private const string RandomShooting = "random shooting";
    private const string Parity = "cem (parity)";

    private readonly int _matrices = SearchSpace.MatricesOf(experts).Count;

    // The last one is by accuracy, as in the published code, and so for tasks that have one.
    private static readonly string[] Methods = [Base, BestExpert, Uniform, RandomShooting, Cem, Parity];

    /// <summary>Which methods are compared; null compares all that the task allows.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>The platform's settings of a search; what is compared with others.</summary>
    public SearchOptions Options { get; init; } = SearchOptions.Default;

    /// <returns>By method.</returns>
    public async Task<IReadOnlyList<ShotsResult>> RunAsync(
        ScoredExample[] shots, ScoredExample[] tests, bool isGraded, ulong seed, Action<string> report, CancellationToken cancellationToken)
    {
        var scorer = new PopulationScorer(engine, experts, [.. shots.Concat(tests).Select(engine.Encode)], new ScoringRequest { RequestId = "few-shot", Prompt = new Prompt.Text(""), Continuations = [] });
        var options = Options with { Granularity = granularity };
        var space = options.SpaceOf(experts.Count, _matrices);
        string[] methods = [.. Methods.Where(method => (isGraded || method != Parity) && Only?.Contains(method) != false)];
        var candidates = new List<Candidate>();
        foreach (var method in methods)
        {
            candidates.Add(method switch
            {
                Base => space.Identity(),
                BestExpert => await BestExpertAsync(space, scorer, shots.Length, cancellationToken),
                Uniform => space.Uniform(),
                RandomShooting => await SearchAsync(options with { Strategy = "random-shooting" }, method),
                Cem => await SearchAsync(options, method),
                _ => await SearchAsync(SearchOptions.Parity with { Granularity = granularity }, method),
            });
        }

        report("measuring");
        var scores = await scorer.EvaluateAsync(candidates, [.. Enumerable.Range(shots.Length, tests.Length)], cancellationToken);
        return [.. methods.Select((method, i) => new ShotsResult(method, candidates[i], scores[i]))];

        async Task<Candidate> SearchAsync(SearchOptions settings, string name)
        {
            // A search keeps positions only.
            SearchExample[] places = [.. shots.Select((_, place) => new SearchExample($"{place}", $"{place}"))];
            var state = MixtureSearch.Start(new MixtureSearchSetup { Experts = names, Matrices = _matrices, Examples = places, Options = settings, Seed = seed });
            while (state.Phase == SearchPhase.Searching)
            {
                report($"{name}, generation {state.Strategy.Generation + 1}");
                state = await MixtureSearch.StepAsync(state, scorer, cancellationToken);
            }

            return state.Strategy.Best;
        }
    }

    private async Task<Candidate> BestExpertAsync(SearchSpace space, PopulationScorer scorer, int shots, CancellationToken cancellationToken)
    {
        Candidate[] alone = [.. Enumerable.Range(0, experts.Count).Select(space.Alone)];
        var scores = await scorer.EvaluateAsync(alone, [.. Enumerable.Range(0, shots)], cancellationToken);
        return alone.Zip(scores).MaxBy(entry => entry.Second.Average(example => example.LogLikelihood)).First;
    }
}
