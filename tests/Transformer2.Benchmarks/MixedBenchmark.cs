using System.CommandLine;
using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary><c>mixed</c>: decoding with many experts in one batch against one expert and against the bare base model.</summary>
internal static class MixedBenchmark
{
    private const string Base = "base";
    private const string One = "one expert";

    public static Command Command() =>
        new Verb("mixed", "Tokens per second of a batch: base rows, one MLP expert in all rows, a different one in every row, half of each, sparse ones.")
        {
            Batches = [16, 64],
        }.Command(RunAsync);

    private static async Task RunAsync(Settings settings, Report report)
    {
        foreach (var shape in settings.Shapes.Select(ModelShape.Find))
        {
            foreach (var precision in settings.Precisions)
            {
                await using var engine = await EngineUnderTest.StartAsync(settings, shape, precision, settings.Batches.Max(), experts: true);
                foreach (var batch in settings.Batches)
                {
                    var samples = new Samples();
                    var mixtures = Mixtures(engine.Model.Layout, batch);
                    for (var round = 0; round <= settings.Rounds; round++)
                    {
                        foreach (var (name, experts) in mixtures)
                        {
                            var speed = await DecodeBenchmark.OursAsync(engine, batch, experts);
                            if (round > 0) samples.Add(name, speed);
                        }

                        Progress.Say($"  {batch} rows, round {round}/{settings.Rounds}");
                    }

                    foreach (var (name, _) in mixtures)
                    {
                        report.Add(
                            ("shape", shape.Name), ("precision", $"{precision}"), ("rows", batch), ("experts", name), ("tokens/s", samples.Median(name)),
                            ("/ base", samples.Median(name) / samples.Median(Base)), ("/ one expert", samples.Median(name) / samples.Median(One)));
                    }
                }
            }
        }

        report.Note($"Medians of {settings.Rounds} interleaved rounds; experts adapt gate, up and down of every layer; sparse: 5 % of z differ from 1; {settings.Threads} threads.");
    }

    private static (string Name, ExpertVector?[] Rows)[] Mixtures(ExpertLayout layout, int rows)
    {
        ExpertVector[] dense = [.. Enumerable.Range(0, rows).Select(row => RandomExperts.Dense(layout, row))];
        return
        [
            (Base, new ExpertVector?[rows]),
            (One, [.. Enumerable.Repeat(dense[0], rows)]),
            ("all different", dense),
            ("half base, half different", [.. dense.Select((expert, row) => row % 2 == 0 ? expert : null)]),
            ("all different, sparse", [.. Enumerable.Range(0, rows).Select(row => RandomExperts.Sparse(layout, row))]),
        ];
    }
}
