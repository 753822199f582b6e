using System.CommandLine;
using System.Diagnostics;
using Transformer2.Engine;

namespace Transformer2.Benchmarks;

/// <summary><c>sample</c>: time to draw a token by kind of sampling, against the time to take the most probable one.</summary>
internal static class SampleBenchmark
{
    private const int Rows = 16; // different logits, so that no branch is learned
    private const int WarmUps = 5; // rounds, until everything is compiled
    private const string Greedy = "greedy";

    private static readonly (string Name, SamplingOptions Options)[] Kinds =
    [
        (Greedy, SamplingOptions.Greedy),
        ("temperature", new(0.8, Seed: 1)),
        ("top-k 50", new(0.8, TopK: 50, Seed: 1)),
        ("top-k 50, top-p 0.9", new(0.8, TopP: 0.9, TopK: 50, Seed: 1)),
        ("top-p 0.9", new(0.8, TopP: 0.9, Seed: 1)),
        ("min-p 0.05", new(0.8, Seed: 1) { MinP = 0.05 }),
    ];

    public static Command Command()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often everything is measured, in turns", DefaultValueFactory = _ => 15 };
        var vocabularies = new Option<int[]>("--vocabulary")
        {
            Description = "Tokens of a vocabulary",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [49_152, 151_936],
        };
        var json = Report.JsonOption();
        var command = new Command("sample", "Microseconds per token drawn, one thread; the copy of the logits that each draw takes is counted.") { rounds, vocabularies, json };
        command.SetAction(parsed =>
        {
            var report = new Report("sample", Origin.Of(parsed), parsed.GetValue(json));
            foreach (var vocabulary in parsed.GetValue(vocabularies)!)
            {
                // A model that is sure of a few tokens, and one that is not.
                Measure(vocabulary, "peaked", spread: 1.5f, sure: 20, parsed.GetValue(rounds), report);
                Measure(vocabulary, "flat", spread: 2.5f, sure: 0, parsed.GetValue(rounds), report);
            }

            report.Note($"Medians of {parsed.GetValue(rounds)} interleaved rounds of {Rows} draws.");
            report.Finish();
        });
        return command;
    }

    private static void Measure(int vocabulary, string kind, float spread, int sure, int rounds, Report report)
    {
        var random = new Random(vocabulary);
        var rows = Enumerable.Range(0, Rows).Select(_ => Logits(random, vocabulary, spread, sure)).ToArray();
        var logits = new float[vocabulary];
        var samplers = Kinds.Select(one => new Sampler(one.Options, [], 0)).ToArray();
        var samples = new Samples();
        for (var round = -WarmUps; round < rounds; round++)
        {
            foreach (var (index, (name, _)) in Kinds.Index())
            {
                var start = Stopwatch.GetTimestamp();
                foreach (var row in rows)
                {
                    row.CopyTo(logits, 0);
                    samplers[index].Next(logits);
                }

                if (round >= 0) samples.Add(name, Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rows);
            }
        }

        foreach (var (name, _) in Kinds)
        {
            report.Add(
                ("vocabulary", vocabulary), ("logits", kind), ("sampling", name), ("us", samples.Median(name)), ("/ greedy", samples.Median(name) / samples.Median(Greedy)));
        }
    }

    private static float[] Logits(Random random, int vocabulary, float spread, int sure)
    {
        var logits = new float[vocabulary];
        for (var id = 0; id < vocabulary; id++)
        {
            // Normally distributed (Box and Muller, 1958).
            logits[id] = spread * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        for (var i = 0; i < sure; i++) logits[random.Next(vocabulary)] = (10 * spread) - i;
        return logits;
    }
}
