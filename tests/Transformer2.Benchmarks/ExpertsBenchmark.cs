using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary><c>experts</c>: time to the first token when requests choose among 1 to 10,000 experts.</summary>
internal static class ExpertsBenchmark
{
    private const int PromptTokens = 32;
    private const int WarmUpRows = 16;

    private static readonly Option<int[]> Counts = new("--experts")
    {
        Description = "Numbers of experts",
        DefaultValueFactory = _ => [1, 10, 100, 1000, 10_000],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Requests = new("--requests") { Description = "Requests per figure and round", DefaultValueFactory = _ => 20 };

    public static Command Command() =>
        new Verb("experts", "Median time to the first token of requests that choose among 1 to 10,000 MLP experts, uniformly and by Zipf's law.")
        {
            Rounds = 3,
        }.Command(RunAsync, Counts, Requests);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var (counts, requests) = (settings.Parsed.GetValue(Counts)!, settings.Parsed.GetValue(Requests));
        await using var engine = await EngineUnderTest.StartAsync(settings, settings.Shape, settings.Precision, WarmUpRows, experts: true);
        await UseAllOnceAsync(engine, counts.Max());

        var samples = new Samples();
        (string Name, Dictionary<int, Func<int>> Choice)[] choices =
        [
            ("uniform", counts.ToDictionary(count => count, count => ExpertChoice.Uniform(count, seed: 1))),
            ("Zipf", counts.ToDictionary(count => count, count => ExpertChoice.Zipf(count, seed: 1))),
        ];
        var prompts = 0;
        for (var round = 1; round <= settings.Rounds; round++)
        {
            for (var request = 0; request < requests; request++)
            {
                // In turns, so that what else the machine does meets all numbers of experts alike.
                foreach (var (name, choice) in choices)
                {
                    foreach (var count in counts)
                    {
                        var expert = RandomExperts.Dense(engine.Model.Layout, choice[count]());
                        var answer = await engine.AnswerAsync(engine.Prompt(++prompts, PromptTokens), 1, expert);
                        samples.Add((name, count), answer.FirstTokenSeconds * 1000);
                    }
                }
            }

            Progress.Say($"  round {round}/{settings.Rounds}");
        }

        foreach (var (name, _) in choices)
        {
            foreach (var count in counts)
            {
                report.Add(
                    ("choice", name), ("experts", count), ("median TTFT ms", samples.Median((name, count))), ("p99 ms", samples.Percentile((name, count), 99)),
                    ($"median / {counts[0]}", samples.Median((name, count)) / samples.Median((name, counts[0]))));
            }
        }

        report.Note($"{settings.Shape.Name} {settings.Precision}; prompts of {PromptTokens} tokens, one request at a time; every expert was used once before; {settings.Threads} threads.");
    }

    private static async Task UseAllOnceAsync(EngineUnderTest engine, int count)
    {
        const int reports = 4;
        foreach (var experts in Enumerable.Range(0, count).Chunk(WarmUpRows))
        {
            await Task.WhenAll(experts.Select(expert => engine.AnswerAsync(engine.Prompt(0, 1), 1, RandomExperts.Dense(engine.Model.Layout, expert))));
            if (experts[0] / WarmUpRows % Math.Max(1, count / WarmUpRows / reports) == 0) Progress.Say($"  used {experts[^1] + 1}/{count} experts");
        }
    }
}
