using System.CommandLine;
using System.Diagnostics;
using Transformer2.Client;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.V1;

namespace Transformer2.Benchmarks;

/// <summary><c>adapters</c>: requests with different experts through our gRPC API against llama-server with as many LoRA adapters.</summary>
internal static class AdaptersBenchmark
{
    private const int Requests = 8;
    private const int PromptTokens = 16;
    private const int AnswerTokens = 48;

    private static readonly Option<bool> MlpOnly = new("--mlp") { Description = "Experts adapt the MLP only; otherwise all seven matrices, as the LoRA adapters do" };

    public static Command Command() =>
        new Verb("adapters", "Eight parallel requests through our gRPC API against llama-server: no adapter, the same one in all, eight different ones.")
        {
            Precisions = [Precision.BF16],
            HasPeer = true,
        }.Command(RunAsync, MlpOnly);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var (shape, precision) = (settings.Shape, settings.Precision);
        using var server = await PlatformServer.StartAsync(settings, shape, precision, Requests);
        using var client = server.Client();
        await UploadAsync(client, all: !settings.Parsed.GetValue(MlpOnly));
        using var peer = settings.Peer is null ? null : await StartPeerAsync(settings, settings.Peer);

        // The adapter of each request, or null.
        (string Name, Func<int, int?> Adapter)[] choices = [("none", _ => null), ("the same in all", _ => 0), ("all different", request => request)];
        var samples = new Samples();
        var vocabulary = (await client.GetModelAsync()).VocabularySize;
        for (var round = 0; round <= settings.Rounds; round++)
        {
            foreach (var (name, adapter) in choices)
            {
                var ours = await SpeedAsync(request => OursAsync(client, Seed(request), adapter(request)));
                if (round > 0) samples.Add(("ours", name), ours);
                if (peer is null) continue;
                var theirs = await SpeedAsync(async request =>
                    (await peer.AnswerAsync(RandomPrompt.Tokens(Seed(request), PromptTokens, vocabulary), AnswerTokens, adapter(request))).Length);
                if (round > 0) samples.Add(("peer", name), theirs);
            }

            Progress.Say($"  round {round}/{settings.Rounds}");

            int Seed(int request) => (round * Requests) + request;
        }

        foreach (var (name, _) in choices)
        {
            var (ours, theirs) = (samples.Median(("ours", name)), samples.Median(("peer", name)));
            report.Add(
                ("adapters", name), ("ours tokens/s", ours), ("/ none", ours / samples.Median(("ours", "none"))), ("peer tokens/s", theirs),
                ("/ none (peer)", theirs / samples.Median(("peer", "none"))), ("ours / peer", ours / theirs));
        }

        report.Note(
            $"{shape.Name} {precision}; {Requests} requests at once, each {PromptTokens} tokens and {AnswerTokens} generated, prompts included in the time; medians of {settings.Rounds} interleaved rounds; {settings.Threads} threads.");
    }

    private static async Task UploadAsync(Transformer2Client client, bool all)
    {
        var model = await client.GetModelAsync();
        var layout = new ExpertLayout(model.BaseFingerprint, model.DecompositionFingerprint, model.Matrices.ToDictionary(matrix => matrix.Name, matrix => matrix.Rank));
        var metadata = new ExpertMetadata { BaseModel = layout.BaseModel, Decomposition = layout.Decomposition };
        for (var expert = 0; expert < Requests; expert++)
        {
            await client.Experts.UploadAsync(
                new UploadExpertMetadata { ExpertId = NameOf(expert) }, ExpertFile.ToBytes(RandomExperts.Dense(layout, expert, all), metadata));
        }
    }

    private static Task<PeerServer> StartPeerAsync(Settings settings, PeerPrograms peer)
    {
        var (shape, precision) = (settings.Shape, settings.Precision);
        var config = ModelConfig.Parse(File.ReadAllBytes(Path.Combine(settings.Models.Folder(shape, precision), "config.json")));
        // Not all at once to its own warm-up.
        return PeerServer.StartAsync(
            peer, settings.Models.Gguf(shape, precision), Requests, PromptTokens + AnswerTokens, settings.Threads,
            ["--lora-init-without-apply", .. Enumerable.Range(0, Requests).SelectMany(index => new[] { "--lora", settings.Models.Adapter(shape, config, index) })]);
    }

    private static async Task<double> SpeedAsync(Func<int, Task<int>> request)
    {
        var watch = Stopwatch.StartNew();
        var tokens = await Task.WhenAll(Enumerable.Range(0, Requests).Select(request));
        return tokens.All(count => count == AnswerTokens)
            ? tokens.Sum() / watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"Answers have {string.Join(", ", tokens)} tokens, not {AnswerTokens}.");
    }

    private static async Task<int> OursAsync(Transformer2Client client, int seed, int? expert)
    {
        var random = new Random(seed);
        var request = new GenerateRequest
        {
            // A token each: no text is split into anything longer than a byte.
            Prompt = string.Concat(Enumerable.Range(0, PromptTokens).Select(_ => (char)random.Next('a', 'z' + 1))),
            MaxTokens = AnswerTokens,
        };
        if (expert is { } index) request.Selection = new ExpertSelection { Expert = new ExpertRef { Name = NameOf(index) } };
        var usage = new Usage();
        await foreach (var response in client.GenerateAsync(request)) usage = response.Completed?.Usage ?? usage;
        return usage.PromptTokens == PromptTokens
            ? usage.CompletionTokens
            : throw new InvalidOperationException($"A prompt has {usage.PromptTokens} tokens, not {PromptTokens}.");
    }

    private static string NameOf(int expert) => $"expert-{expert}";
}
