using System.CommandLine;
using System.Diagnostics;

namespace Transformer2.Benchmarks;

/// <summary><c>cancel</c>: how long a cancelled request keeps its place or its row, in steps and in time.</summary>
internal static class CancelBenchmark
{
    private const int Rows = 2;
    private const int LongPrompt = 2000;
    private const int WitnessTokens = 1000;

    public static Command Command() =>
        new Verb("cancel", "Steps and time from a cancellation until the row is free: of a request that waits, that is in prefill, that decodes.") { Rounds = 10 }
            .Command(RunAsync);

    private static async Task RunAsync(Settings settings, Report report)
    {
        await using var engine = await EngineUnderTest.StartAsync(settings, settings.Shape, settings.Precision, Rows);
        var room = engine.Model.ContextLength;
        var (prompt, witness) = (Math.Min(LongPrompt, room * 3 / 4), Math.Min(WitnessTokens, room - 8));
        var samples = new Samples();
        var seed = 0;
        for (var round = 1; round <= settings.Rounds; round++)
        {
            await MeasureAsync("queue", witnesses: Rows, promptTokens: 16, () => engine.Status.WaitingSequences == 1, () => engine.Status.WaitingSequences == 0);
            await MeasureAsync("prefill", 1, prompt, () => engine.Status.RunningSequences == 2, () => engine.Status.RunningSequences == 1);
            await MeasureAsync("decode", 1, 16, () => false, () => engine.Status.RunningSequences == 1);
        }

        foreach (var phase in new[] { "queue", "prefill", "decode" })
        {
            report.Add(
                ("phase", phase), ("median ms", samples.Median((phase, "ms"))), ("most ms", samples.Percentile((phase, "ms"), 100)),
                ("median steps", samples.Median((phase, "steps"))), ("most steps", samples.Percentile((phase, "steps"), 100)));
        }

        report.Note($"{settings.Shape.Name} {settings.Precision}; steps: tokens of another request that came while the cancelled one was still in its place; time: looked at every millisecond; {settings.Rounds} rounds; {settings.Threads} threads.");

        async Task MeasureAsync(string phase, int witnesses, int promptTokens, Func<bool> reached, Func<bool> free)
        {
            using var end = new CancellationTokenSource();
            using var cancel = new CancellationTokenSource();
            var (tokens, steps, watching) = (0, 0, false);
            Task[] running = [.. Enumerable.Range(0, witnesses).Select(row =>
                engine.AnswerAsync(engine.Prompt(++seed, 4), witness, onTokens: count => Witness(row, count), cancellationToken: end.Token))];
            await UntilAsync(() => Volatile.Read(ref tokens) >= 2 && engine.Status.RunningSequences == witnesses);

            var generated = 0;
            var cancelled = engine.AnswerAsync(
                engine.Prompt(++seed, promptTokens), Math.Max(2, room - promptTokens - 8), onTokens: count => generated += count, cancellationToken: cancel.Token);
            await UntilAsync(() => reached() || Volatile.Read(ref generated) >= 2);

            var watch = Stopwatch.StartNew();
            Volatile.Write(ref watching, true);
            await cancel.CancelAsync();
            await UntilAsync(free);
            samples.Add((phase, "ms"), watch.Elapsed.TotalMilliseconds);
            samples.Add((phase, "steps"), Volatile.Read(ref steps));
            await cancelled;
            await end.CancelAsync();
            await Task.WhenAll(running);
            await UntilAsync(() => engine.Status is { RunningSequences: 0, WaitingSequences: 0 });

            // A step that ends while the cancelled request is still in its place counts.
            void Witness(int row, int count)
            {
                if (row != 0) return;
                Interlocked.Add(ref tokens, count);
                if (Volatile.Read(ref watching) && !free()) Interlocked.Add(ref steps, count);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(1);
    }
}
