using System.CommandLine;
using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary><c>decode</c>: tokens per second while every row of the batch decodes, ours against the peer's.</summary>
internal static class DecodeBenchmark
{
    private const int PromptTokens = 64;
    private const int AnswerTokens = 32;
    private const int MostAttempts = 5;

    public static Command Command() =>
        new Verb("decode", "Tokens per second while all rows decode, with scheduler and sampling, against llama-batched-bench.")
        {
            Precisions = [Precision.F32, Precision.BF16],
            Batches = [1, 8, 16],
            HasPeer = true,
        }.Command(RunAsync);

    /// <summary>One measurement of our engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="experts">Each row's expert; null is the base model for all.</param>
    public static async Task<double> OursAsync(EngineUnderTest engine, int batch, IReadOnlyList<ExpertVector?>? experts = null)
    {
        // One token more than the whole blocks that requests can share: it is the first one to be decoded.
        int[][] prompts = [.. Enumerable.Range(0, batch).Select(row => engine.Prompt(row, PromptTokens + 1))];
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            // The prefix cache has all prompts from the first time on: then the rows decode together from their beginning.
            if (attempt > 0) await engine.AnswerAllAsync(prompts, 1, experts);
            if (Answer.TokensPerSecond(await engine.AnswerAllAsync(prompts, AnswerTokens, experts)) is { } speed) return speed;
        }

        throw new InvalidOperationException($"{batch} answers do not run together: the machine is too busy, or the cache too small.");
    }

    /// <summary>One measurement of the peer.</summary>
    public static IReadOnlyDictionary<int, double>? Peers(Settings settings, ModelShape shape, Precision precision) =>
        settings.Peer?.Decode(settings.Models.Gguf(shape, precision), PromptTokens, AnswerTokens, settings.Batches, settings.Threads);

    private static async Task RunAsync(Settings settings, Report report)
    {
        foreach (var shape in settings.Shapes.Select(ModelShape.Find))
        {
            foreach (var precision in settings.Precisions)
            {
                var samples = new Samples();
                await using var engine = await EngineUnderTest.StartAsync(settings, shape, precision, settings.Batches.Max());
                foreach (var batch in settings.Batches) await OursAsync(engine, batch);
                for (var round = 1; round <= settings.Rounds; round++)
                {
                    foreach (var batch in settings.Batches) samples.Add(("ours", batch), await OursAsync(engine, batch));
                    foreach (var (batch, speed) in Peers(settings, shape, precision) ?? new Dictionary<int, double>()) samples.Add(("peer", batch), speed);
                    Progress.Say($"  round {round}/{settings.Rounds}");
                }

                foreach (var batch in settings.Batches)
                {
                    var (ours, peer) = (samples.Median(("ours", batch)), samples.Median(("peer", batch)));
                    report.Add(
                        ("shape", shape.Name), ("precision", $"{precision}"), ("batch", batch),
                        ("ours tokens/s", ours), ("peer tokens/s", peer), ("ours / peer", ours / peer));
                }
            }
        }

        report.Note($"Medians of {settings.Rounds} interleaved rounds; prompts of {PromptTokens} tokens, answers of {AnswerTokens}; {settings.Threads} threads.");
    }
}
