using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary><c>agree</c>: whether ours and the peer's greedy tokens are the same, so that what is compared is the same computation.</summary>
internal static class AgreeBenchmark
{
    private const int Prompts = 4;
    private const int PromptTokens = 32;
    private const int AnswerTokens = 32;

    public static Command Command() =>
        new Verb("agree", "Greedy tokens of our engine and of llama-server for the same prompts: proof that both compute the same.")
        {
            HasPeer = true,
        }.Command(RunAsync);

    private static async Task RunAsync(Settings settings, Report report)
    {
        if (settings.Peer is null) return;
        foreach (var shape in settings.Shapes.Select(ModelShape.Find))
        {
            foreach (var precision in settings.Precisions)
            {
                await using var engine = await EngineUnderTest.StartAsync(settings, shape, precision, rows: 1);
                // Its cache is float16 by default, which is less than we keep.
                using var peer = await PeerServer.StartAsync(
                    settings.Peer, settings.Models.Gguf(shape, precision), 1, PromptTokens + AnswerTokens, settings.Threads, "-ctk", "f32", "-ctv", "f32");
                for (var seed = 0; seed < Prompts; seed++)
                {
                    var prompt = engine.Prompt(seed, PromptTokens);
                    // What ends an answer is not generated there.
                    var ours = (await engine.AnswerAsync(prompt, AnswerTokens, never: RandomVocabulary.End)).Tokens;
                    var theirs = await peer.AnswerAsync(prompt, AnswerTokens);
                    report.Add(
                        ("shape", shape.Name), ("precision", $"{precision}"), ("prompt", seed), ("tokens", AnswerTokens),
                        ("equal from the start", ours.Zip(theirs).TakeWhile(pair => pair.First == pair.Second).Count()), ("different tokens", ours.Distinct().Count()));
                }
            }
        }
    }
}
