using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary><c>neighbour</c>: what one busy foreign process costs, ours and the peer.</summary>
internal static class NeighbourBenchmark
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    public static Command Command() =>
        new Verb("neighbour", "Tokens per second with and without one foreign process that keeps a core busy, ours and the peer's.")
        {
            Precisions = [Precision.BF16],
            Batches = [8],
            HasPeer = true,
        }.Command(RunAsync);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var (shape, precision) = (settings.Shape, settings.Precision);
        await using var engine = await EngineUnderTest.StartAsync(settings, shape, precision, settings.Batches.Max());
        foreach (var batch in settings.Batches) await DecodeBenchmark.OursAsync(engine, batch);
        var samples = new Samples();
        for (var round = 1; round <= settings.Rounds; round++)
        {
            await MeasureAsync(busy: false);
            using (new BusyProcess())
            {
                await Task.Delay(Settle);
                await MeasureAsync(busy: true);
            }

            Progress.Say($"  round {round}/{settings.Rounds}");
        }

        foreach (var who in settings.Peer is null ? ["ours"] : new[] { "ours", "peer" })
        {
            foreach (var batch in settings.Batches)
            {
                var (quiet, busy) = (samples.Median((who, batch, false)), samples.Median((who, batch, true)));
                report.Add(("who", who), ("batch", batch), ("quiet tokens/s", quiet), ("busy tokens/s", busy), ("busy / quiet", busy / quiet));
            }
        }

        report.Note($"{shape.Name} {precision}; medians of {settings.Rounds} interleaved rounds; {settings.Threads} threads on {Environment.ProcessorCount} cores.");

        async Task MeasureAsync(bool busy)
        {
            foreach (var batch in settings.Batches) samples.Add(("ours", batch, busy), await DecodeBenchmark.OursAsync(engine, batch));
            foreach (var (batch, speed) in DecodeBenchmark.Peers(settings, shape, precision) ?? new Dictionary<int, double>())
                samples.Add(("peer", batch, busy), speed);
        }
    }
}
