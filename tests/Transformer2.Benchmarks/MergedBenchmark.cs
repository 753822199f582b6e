using System.CommandLine;
using System.Diagnostics;
using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary><c>merged</c>: what a merged copy of a hot expert saves and costs, by who shares the batch; and what it takes until it is there.</summary>
internal static class MergedBenchmark
{
    private const int WarmUpTokens = 256;
    private const int MostWarmUps = 40;

    private static readonly Option<int> Budget = new("--mib") { Description = "Memory for merged copies", DefaultValueFactory = _ => 2048 };
    private static readonly Option<bool> All = new("--all") { Description = "Experts adapt all seven matrices of a layer, not the three of the MLP" };

    public static Command Command() =>
        new Verb("merged", "Tokens per second of a hot expert with a merged copy and without, alone, beside base rows and beside other experts.")
        {
            Precisions = [Precision.F32, Precision.BF16],
            Batches = [1, 2, 8, 16],
        }.Command(RunAsync, Budget, All);

    private static async Task RunAsync(Settings settings, Report report)
    {
        foreach (var shape in settings.Shapes.Select(ModelShape.Find))
        {
            foreach (var precision in settings.Precisions)
            {
                await using var factored = await EngineUnderTest.StartAsync(settings, shape, precision, settings.Batches.Max(), experts: true);
                await using var merged = await EngineUnderTest.StartAsync(
                    settings, shape, precision, settings.Batches.Max(), experts: true, options => options with { MergedExperts = settings.Parsed.GetValue(Budget) });
                await WarmUpAsync(merged, Expert(settings, merged, 0), $"{shape.Name} {precision}", report);
                foreach (var batch in settings.Batches) await MeasureAsync(settings, report, shape, precision, (factored, merged), batch);
            }
        }

        report.Note($"Medians of {settings.Rounds} interleaved rounds; {settings.Threads} threads. Copies: how many there are after the measurement.");
    }

    private static ExpertVector Expert(Settings settings, EngineUnderTest engine, int seed) =>
        RandomExperts.Dense(engine.Model.Layout, seed, settings.Parsed.GetValue(All));

    // The expert runs alone until it has its copy. Its answers do not change their form, so gaps show what the work on the copy costs.
    private static async Task WarmUpAsync(EngineUnderTest engine, ExpertVector expert, string model, Report report)
    {
        var gaps = new Samples();
        var start = Stopwatch.GetTimestamp();
        var tokens = 0;
        for (var answer = 0; answer < MostWarmUps && engine.Status.MergedExperts == 0; answer++)
        {
            var began = Stopwatch.GetTimestamp();
            var got = await engine.AnswerAsync(engine.Prompt(answer, 16), WarmUpTokens, expert);
            tokens += WarmUpTokens;
            // Until the expert is hot nothing is merged; by then half of the first answers are over.
            foreach (var gap in got.Gaps(began, got.LastArrival)) gaps.Add(answer == 0, gap * 1000);
        }

        report.Note(engine.Status.MergedExperts == 0
            ? $"{model}: no copy after {tokens} tokens."
            : $"{model}: a copy after {tokens} tokens and {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s of the expert alone; gaps between its tokens, ms: "
                + $"first answer p50 {gaps.Median(true):0.0}, p99 {gaps.Percentile(true, 99):0.0}; "
                + $"later p50 {gaps.Median(false):0.0}, p99 {gaps.Percentile(false, 99):0.0}, longest {gaps.Percentile(false, 100):0.0}.");
    }

    private static async Task MeasureAsync(
        Settings settings, Report report, ModelShape shape, Precision precision, (EngineUnderTest Factored, EngineUnderTest Merged) engines, int batch)
    {
        var hot = Expert(settings, engines.Merged, 0);
        var others = Enumerable.Range(1, batch).Select(seed => (ExpertVector?)Expert(settings, engines.Merged, seed)).ToArray();
        var mixes = new List<(string Name, ExpertVector?[] Rows)> { ("all hot", [.. Enumerable.Repeat((ExpertVector?)hot, batch)]) };
        if (batch > 1)
        {
            mixes.Add(("half hot, half base", [.. Enumerable.Range(0, batch).Select(row => row % 2 == 0 ? hot : null)]));
            mixes.Add(("half hot, half others", [.. Enumerable.Range(0, batch).Select(row => row % 2 == 0 ? hot : others[row])]));
        }

        if (batch > 2) mixes.Add(("all hot but one", [.. Enumerable.Range(0, batch).Select(row => row > 0 ? hot : others[row])]));

        var samples = new Samples();
        var copies = new Dictionary<string, int>();
        foreach (var (name, rows) in mixes)
        {
            for (var round = 0; round <= settings.Rounds; round++)
            {
                var without = await DecodeBenchmark.OursAsync(engines.Factored, batch, rows);
                var with = await DecodeBenchmark.OursAsync(engines.Merged, batch, rows);
                if (round == 0) continue;
                samples.Add((name, false), without);
                samples.Add((name, true), with);
            }

            copies[name] = engines.Merged.Status.MergedExperts;
            Progress.Say($"  {batch} rows, {name}");
        }

        foreach (var (name, _) in mixes)
        {
            var (without, with) = (samples.Median((name, false)), samples.Median((name, true)));
            report.Add(
                ("shape", shape.Name), ("precision", $"{precision}"), ("rows", batch), ("experts", name), ("factored tokens/s", without), ("with copy tokens/s", with),
                ("with copy / factored", with / without), ("copies", copies[name]));
        }
    }
}
