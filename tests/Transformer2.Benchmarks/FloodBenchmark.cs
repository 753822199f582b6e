using System.CommandLine;
using System.Diagnostics;

namespace Transformer2.Benchmarks;

/// <summary><c>flood</c>: gaps between the tokens of running answers, alone and while long prompts keep coming.</summary>
internal static class FloodBenchmark
{
    private const int Streams = 4;
    private const int PromptsAtOnce = 2;
    private const int LongPrompt = 2000;
    private const int AnswerTokens = 128;

    public static Command Command() =>
        new Verb("flood", "Gaps between tokens of four running answers, alone and during a flood of prompts of 2,000 tokens.").Command(RunAsync);

    private static async Task RunAsync(Settings settings, Report report)
    {
        await using var engine = await EngineUnderTest.StartAsync(settings, settings.Shape, settings.Precision, Streams + PromptsAtOnce);
        var samples = new Samples();
        var seed = 0;
        var floodPrompts = 0;
        for (var round = 0; round <= settings.Rounds; round++)
        {
            foreach (var flooded in new[] { false, true })
            {
                using var stop = new CancellationTokenSource();
                var begun = 0;
                Task<Answer>[] streams = [.. Enumerable.Range(0, Streams).Select(_ =>
                {
                    var first = 1;
                    return engine.AnswerAsync(engine.Prompt(++seed, 16), AnswerTokens, onTokens: _ => Interlocked.Add(ref begun, Interlocked.Exchange(ref first, 0)));
                })];
                while (Volatile.Read(ref begun) < Streams) await Task.Delay(1, CancellationToken.None);
                var start = Stopwatch.GetTimestamp();
                Task[] flood = flooded ? [.. Enumerable.Range(0, PromptsAtOnce).Select(_ => FloodAsync(stop.Token))] : [];
                // What comes after the first answer has ended is no longer the same batch.
                var ended = await Task.WhenAny(streams);
                var end = (await ended).LastArrival;
                foreach (var answer in await Task.WhenAll(streams))
                {
                    foreach (var gap in answer.Gaps(start, end))
                    {
                        if (round > 0) samples.Add(flooded, gap * 1000);
                    }
                }

                await stop.CancelAsync();
                await Task.WhenAll(flood);
            }

            Progress.Say($"  round {round}/{settings.Rounds}");
        }

        foreach (var flooded in new[] { false, true })
        {
            report.Add(
                ("streams", flooded ? "during the flood" : "alone"), ("p50 ms", samples.Median(flooded)), ("p99 ms", samples.Percentile(flooded, 99)),
                ("p50 / alone", samples.Median(flooded) / samples.Median(false)), ("p99 / alone", samples.Percentile(flooded, 99) / samples.Percentile(false, 99)));
        }

        report.Note($"{settings.Shape.Name} {settings.Precision}; {Streams} streams, {PromptsAtOnce} long prompts at any time, {floodPrompts} in all; {settings.Rounds} interleaved rounds; {settings.Threads} threads.");

        async Task FloodAsync(CancellationToken stop)
        {
            var length = Math.Min(LongPrompt, engine.Model.ContextLength - 8);
            while (!stop.IsCancellationRequested)
            {
                await engine.AnswerAsync(engine.Prompt(Interlocked.Increment(ref seed), length), 1, cancellationToken: stop);
                Interlocked.Increment(ref floodPrompts);
            }
        }
    }
}
