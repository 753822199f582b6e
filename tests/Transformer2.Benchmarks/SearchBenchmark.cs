using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Adaptation.Search;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;

namespace Transformer2.Benchmarks;

/// <summary><c>search</c>: a generation of a few-shot search as one batch, against one merge and one generation of text per candidate.</summary>
internal static class SearchBenchmark
{
    private const string Scored = "scored in one batch";
    private const string Generated = "generated in one batch";
    private const string Remerged = "merged one by one";
    private const string RequestId = "search";

    private static readonly Option<int> Population = new("--population") { Description = "Candidates", DefaultValueFactory = _ => 32 };
    private static readonly Option<int> Shots = new("--shots") { Description = "Examples", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> MaxTokens = new("--max-tokens") { Description = "Most tokens of an answer that is generated", DefaultValueFactory = _ => 32 };

    public static Command Command() =>
        new Verb("search", "Seconds for a generation of a search with the bundled experts: scored in one batch, generated in one batch, and merged into the weights one by one.")
        {
            Shapes = ["nano"],
            Batches = [64],
        }.Command(RunAsync, Population, Shots, MaxTokens);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var (population, shots, maxTokens) = (settings.Parsed.GetValue(Population), settings.Parsed.GetValue(Shots), settings.Parsed.GetValue(MaxTokens));
        var folder = settings.Models.Folder(settings.Shape, settings.Precision);
        var examples = Examples(shots);
        await using var engine = await InferenceEngine.LoadAsync(
            RunnerChoice.Apply(Options(settings, folder, population * shots), settings.Runner, settings.Precision), NullLogger.Instance);
        var experts = BundledExperts.Load(engine.Model.Layout);
        using var remerged = new RemergedModel(folder, settings.Models.Decompositions, shots, rowTokens: 256, settings.Threads);

        var samples = new Samples();
        var different = 0;
        for (var round = 0; round <= settings.Rounds; round++)
        {
            // Never seen before, so that nothing is found in a cache.
            var candidates = Candidates(experts, population, seed: (ulong)round + 1);
            var (scored, scoring) = await MeasureAsync(() => ScoreAsync(engine, experts, examples, candidates));
            var (generated, generating) = await MeasureAsync(() => GenerateAsync(engine, experts, examples, candidates, maxTokens));
            var (merged, merging) = await MeasureAsync(() => Task.FromResult(Merge(remerged, experts, examples, candidates, maxTokens)));
            different += Different(scored, generated) + Different(scored, merged);
            if (round == 0) continue;
            foreach (var (name, cost) in ((string, Cost)[])[(Scored, scoring), (Generated, generating), (Remerged, merging)])
            {
                samples.Add(name, cost.Seconds);
                samples.Add((name, "cpu"), cost.CpuSeconds);
            }

            samples.Add("ratio", merging.Seconds / scoring.Seconds);
            Progress.Say($"  round {round}/{settings.Rounds}");
        }

        foreach (var name in (string[])[Scored, Generated, Remerged])
        {
            report.Add(
                ("a generation", name), ("s", samples.Median(name)), ("CPU s", samples.Median((name, "cpu"))), ("answers/s", population * shots / samples.Median(name)),
                ($"{Remerged} / this", samples.Median(Remerged) / samples.Median(name)),
                ("the same, CPU", samples.Median((Remerged, "cpu")) / samples.Median((name, "cpu"))));
        }

        report.Note(
            $"{settings.Shape.Name} {settings.Precision}; {population} mixtures of {experts.Count} experts on {shots} examples, answers of at most {maxTokens} tokens; {settings.Batches[0]} rows in a batch, {shots} where candidates are merged; medians of {settings.Rounds} interleaved rounds; {settings.Threads} threads.");
        report.Note($"{Remerged} / {Scored}, round by round: {samples.Percentile("ratio", 0):0.0} to {samples.Percentile("ratio", 100):0.0}, median {samples.Median("ratio"):0.0}.");
        report.Note($"Answers that the three judge differently, of {2 * (settings.Rounds + 1) * population * shots}: {different} (libtorch and the engine round differently).");
    }

    private static EngineOptions Options(Settings settings, string folder, int pairs) => new()
    {
        ModelDirectory = folder,
        DecompositionCacheDirectory = settings.Models.Decompositions,
        MaxSequences = settings.Batches[0],
        MaxWaiting = pairs,
        PrefillChunk = 1024,
        Threads = settings.Threads,
    };

    // Of a family that neither expert has seen, in all phrasings.
    private static SearchExample[] Examples(int shots)
    {
        var family = TaskFamilies.All.First(family => family.Unseen);
        return [.. Splits.Questions(family, Split.Train, shots, seed: 1)
            .Select(question => new SearchExample(question.Item.Prompts[question.Phrasing], Authors.InForm(family.Category, question.Item.Answer)))];
    }

    // The first generation of the published code's search.
    private static IReadOnlyList<Candidate> Candidates(IReadOnlyList<ExpertVector> experts, int population, ulong seed)
    {
        var options = SearchOptions.Parity with { Population = population };
        var strategy = SearchStrategies.Create(options, options.SpaceOf(experts.Count, SearchSpace.MatricesOf(experts).Count), seed);
        return strategy.Ask(strategy.Start());
    }

    private static async Task<bool[]> ScoreAsync(
        InferenceEngine engine, IReadOnlyList<ExpertVector> experts, SearchExample[] examples, IReadOnlyList<Candidate> candidates)
    {
        var scorer = new PopulationScorer(engine, experts, examples, new ScoringRequest { RequestId = RequestId, Prompt = new Prompt.Text(""), Continuations = [] });
        var scores = await scorer.EvaluateAsync(candidates, [.. Enumerable.Range(0, examples.Length)], CancellationToken.None);
        return [.. scores.SelectMany(row => row.Select(score => score.Correct == true))];
    }

    private static async Task<bool[]> GenerateAsync(
        InferenceEngine engine, IReadOnlyList<ExpertVector> experts, SearchExample[] examples, IReadOnlyList<Candidate> candidates, int maxTokens)
    {
        var pairs = candidates.Select(candidate => candidate.Compose(experts)).SelectMany(expert => examples.Select(example => (expert, example)));
        return await Task.WhenAll(pairs.Select(pair => Task.Run(async () =>
        {
            var text = "";
            var request = new GenerationRequest
            {
                RequestId = RequestId,
                Prompt = new Prompt.Chat([new ChatMessage("user", pair.example.Prompt)]),
                Experts = [new WeightedExpert(pair.expert, 1)],
                MaxTokens = maxTokens,
            };
            await foreach (var happened in engine.GenerateAsync(request))
            {
                if (happened is TextDelta delta) text += delta.Text;
            }

            return text == pair.example.Answer;
        })));
    }

    private static bool[] Merge(
        RemergedModel model, IReadOnlyList<ExpertVector> experts, SearchExample[] examples, IReadOnlyList<Candidate> candidates, int maxTokens)
    {
        string[] prompts = [.. examples.Select(example => example.Prompt)];
        int[][] wanted = [.. examples.Select(example => model.Encode(example.Answer))];
        return [.. candidates.SelectMany(candidate =>
        {
            model.Merge(candidate.Compose(experts));
            return model.Answer(prompts, maxTokens).Zip(wanted, (answer, right) => answer.AsSpan().SequenceEqual(right));
        })];
    }

    // Time on the processor, too: it says what the work is, whatever else the machine does.
    private static async Task<(bool[] Right, Cost Cost)> MeasureAsync(Func<Task<bool[]>> run)
    {
        var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var right = await run();
        return (right, new Cost(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
    }

    private static int Different(bool[] one, bool[] other) => one.Zip(other).Count(pair => pair.First != pair.Second);

    private readonly record struct Cost(double Seconds, double CpuSeconds);
}
