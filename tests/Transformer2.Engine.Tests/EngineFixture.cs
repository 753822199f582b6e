using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Experts;
using Transformer2.TestKit;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(Transformer2.Engine.Tests.EngineFixture))]

namespace Transformer2.Engine.Tests;

/// <summary>A real engine over a small random model.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public IInferenceEngine Engine { get; private set; } = null!;

    public string ModelDirectory => _folder.File("tiny");

    public async ValueTask InitializeAsync()
    {
        TinyModelFolder.Write(ModelDirectory, contextLength: 512);
        Engine = await LoadAsync(new EngineOptions { ModelDirectory = ModelDirectory, MaxSequences = 8, PrefillChunk = 16, Threads = 1 });
    }

    public static async Task<IInferenceEngine> LoadAsync(EngineOptions options) => await InferenceEngine.LoadAsync(options, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _folder.Dispose();
    }

    public static GenerationRequest Request(string prompt, ExpertVector? expert = null, int maxTokens = 24) => new()
    {
        RequestId = Guid.NewGuid().ToString("N"),
        Prompt = new Prompt.Text(prompt),
        MaxTokens = maxTokens,
        Experts = expert is null ? [] : [new WeightedExpert(expert, 1)],
    };
}

internal static class EngineExtensions
{
    /// <summary>Everything that a request gives.</summary>
    public static async Task<(string Text, int[] Ids, GenerationCompleted Completed)> Collect(this IInferenceEngine engine, GenerationRequest request)
    {
        var events = await engine.GenerateAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        var deltas = events.OfType<TextDelta>().ToArray();
        return (string.Concat(deltas.Select(delta => delta.Text)), [.. deltas.SelectMany(delta => delta.TokenIds)], Assert.IsType<GenerationCompleted>(events[^1]));
    }
}
