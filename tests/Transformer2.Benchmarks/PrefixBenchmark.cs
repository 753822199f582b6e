using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary><c>prefix</c>: time to the first token of prompts that begin as an earlier one did, against prompts that do not.</summary>
internal static class PrefixBenchmark
{
    private const int OwnTokens = 16;

    private static readonly Option<int> Shared = new("--prefix") { Description = "Tokens that prompts have in common", DefaultValueFactory = _ => 256 };

    public static Command Command() =>
        new Verb("prefix", "Time to the first token of prompts with a shared beginning, with and without its reuse.") { Rounds = 10 }.Command(RunAsync, Shared);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var shared = settings.Parsed.GetValue(Shared);
        await using var engine = await EngineUnderTest.StartAsync(settings, settings.Shape, settings.Precision, rows: 1);
        var beginning = engine.Prompt(0, shared);
        await engine.AnswerAsync(beginning, 1);

        var samples = new Samples();
        for (var round = 1; round <= settings.Rounds; round++)
        {
            var end = engine.Prompt(round, OwnTokens);
            await MeasureAsync("reused", [.. beginning, .. end]);
            await MeasureAsync("computed", [.. engine.Prompt(-round, shared), .. end]);
        }

        foreach (var name in new[] { "computed", "reused" })
        {
            report.Add(
                ("beginning", name), ("tokens from the cache", samples.Median((name, "cached"))), ("median TTFT ms", samples.Median(name)),
                ("/ computed", samples.Median(name) / samples.Median("computed")));
        }

        report.Note($"{settings.Shape.Name} {settings.Precision}; {shared} tokens in common, {OwnTokens} of its own; medians of {settings.Rounds} interleaved rounds; {settings.Threads} threads.");

        async Task MeasureAsync(string name, int[] prompt)
        {
            var answer = await engine.AnswerAsync(prompt, 1);
            samples.Add(name, answer.FirstTokenSeconds * 1000);
            samples.Add((name, "cached"), answer.Completed!.Usage.CachedPromptTokens);
        }
    }
}
