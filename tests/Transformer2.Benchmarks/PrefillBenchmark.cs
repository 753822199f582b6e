using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary><c>prefill</c>: prompt tokens per second of a prompt alone, ours against the peer's.</summary>
internal static class PrefillBenchmark
{
    private static readonly Option<int[]> Lengths = new("--length")
    {
        Description = "Tokens of the prompt",
        DefaultValueFactory = _ => [128, 512],
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Command() =>
        new Verb("prefill", "Prompt tokens per second until the first token, with scheduler and sampling, against llama-bench.")
        {
            Precisions = [Precision.F32, Precision.BF16],
            HasPeer = true,
        }.Command(RunAsync, Lengths);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var lengths = settings.Parsed.GetValue(Lengths)!;
        foreach (var shape in settings.Shapes.Select(ModelShape.Find))
        {
            foreach (var precision in settings.Precisions)
            {
                var samples = new Samples();
                await using var engine = await EngineUnderTest.StartAsync(settings, shape, precision, rows: 1);
                for (var round = 0; round <= settings.Rounds; round++)
                {
                    var warm = round > 0;
                    foreach (var length in lengths)
                    {
                        // A new prompt every time: nothing of it is in the prefix cache.
                        var answer = await engine.AnswerAsync(engine.Prompt((round * 1_000_000) + length, length), 1);
                        if (warm) samples.Add(("ours", length), length / answer.FirstTokenSeconds);
                    }

                    if (!warm || settings.Peer is null) continue;
                    foreach (var (length, speed) in settings.Peer.Prefill(settings.Models.Gguf(shape, precision), lengths, settings.Threads))
                        samples.Add(("peer", length), speed);
                    Progress.Say($"  round {round}/{settings.Rounds}");
                }

                foreach (var length in lengths)
                {
                    var (ours, peer) = (samples.Median(("ours", length)), samples.Median(("peer", length)));
                    report.Add(
                        ("shape", shape.Name), ("precision", $"{precision}"), ("prompt", length),
                        ("ours tokens/s", ours), ("peer tokens/s", peer), ("ours / peer", ours / peer));
                }
            }
        }

        report.Note($"Medians of {settings.Rounds} interleaved rounds; {settings.Threads} threads.");
    }
}
