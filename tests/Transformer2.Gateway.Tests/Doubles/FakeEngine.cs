using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Tests.Doubles;

/// <summary>
/// An engine without a model: it answers with the prompt's words, as often as is asked. The prompt <c>hang</c> never ends, <c>hold</c> waits to be released,
/// <c>fail REASON</c> is refused, and <c>crash</c> throws what no engine should.
/// </summary>
internal sealed class FakeEngine : IInferenceEngine
{
    public static ExpertLayout Layout { get; } = new(
        $"sha256:{new string('a', 64)}",
        $"sha256:{new string('b', 64)}",
        new Dictionary<string, int> { ["a.weight"] = 4, ["b.weight"] = 3 });

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ended = new();

    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentDictionary<string, GenerationRequest> Requests { get; } = new();

    public ModelInfo Model { get; } = new("fake", Layout, 64, 100, 1000);

    public EngineStatus Status => new(0, 0, 8, 0, 0, 0, Faulted);

    /// <summary>When a refused request may come again.</summary>
    public static TimeSpan RetryAfter { get; } = TimeSpan.FromMilliseconds(2500);

    public bool Faulted { get; set; }

    public bool Disposed { get; private set; }

    /// <summary>Completes when the row of a request is free again.</summary>
    public Task Ended(string requestId) => Ending(requestId).Task;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Requests[request.RequestId] = request;
        try
        {
            var text = Read(request);
            if (text == "crash")
                throw new InvalidOperationException("a secret of the server");

            var words = text.Split(' ').Take(request.MaxTokens).ToArray();
            var timings = new GenerationTimings(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(3));
            for (var answer = 0; answer < request.Answers; answer++)
            {
                for (var i = 0; i < words.Length; i++)
                    yield return new TextDelta(words[i], [i]) { Answer = answer, Logprobs = request.Logprobs == 0 ? [] : [Logprobs(i, words[i], request.Logprobs)] };
                if (request.Answers > 1)
                    yield return new AnswerCompleted(FinishReason.Length, words.Length, timings) { Answer = answer };
            }

            if (text == "hang")
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (text == "hold")
                await _released.Task.WaitAsync(cancellationToken);
            yield return new GenerationCompleted(
                FinishReason.Stop,
                new(words.Length, words.Length * request.Answers) { CachedPromptTokens = words.Length - 1 },
                timings);
        }
        finally
        {
            Ending(request.RequestId).TrySetResult();
        }
    }

    /// <summary>
    /// A continuation is probable where its text is part of the prompt. What comes after "classify: " is refused as a prompt is. After <c>learn Z</c> an answer is
    /// the more probable the nearer the expert's first multiplier is to Z; after <c>wait</c> it never comes.
    /// </summary>
    public async Task<ScoringResult> ScoreAsync(ScoringRequest request, CancellationToken cancellationToken = default)
    {
        Scored.Enqueue(request);
        var text = Read(request);
        if (text.StartsWith("wait", StringComparison.Ordinal))
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (text.StartsWith("pause", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        var distance = text.Split(' ') is ["learn" or "pause", var wanted, ..] ? Math.Abs(FirstMultiplier(request) - double.Parse(wanted, CultureInfo.InvariantCulture)) : (double?)null;
        var scores = request.Continuations.Select(continuation => new ContinuationScore([new TokenScore(
            0,
            -(distance ?? (text.Contains(continuation.Text, StringComparison.Ordinal) ? 0.1 : 4)),
            IsMostProbable: distance < 0.05)]));
        return new ScoringResult([.. scores], 3, 0, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
    }

    /// <summary>What was asked to be scored.</summary>
    public ConcurrentQueue<ScoringRequest> Scored { get; } = new();

    /// <summary>Ends what is held.</summary>
    public void Release() => _released.TrySetResult();

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private static string Read(EngineRequest request)
    {
        var text = request.Prompt is Prompt.Text prompt
            ? prompt.Value
            : string.Join(' ', ((Prompt.Chat)request.Prompt).Messages.Select(m => m.Content));
        return text.StartsWith("fail ", StringComparison.Ordinal)
            ? throw new EngineException(Enum.Parse<EngineError>(text[5..]), "The fake engine refuses.") { RetryAfter = RetryAfter }
            : text;
    }

    private static double FirstMultiplier(EngineRequest request) =>
        request.Experts is [{ Expert: var expert }] && expert.Multipliers.TryGetValue("a.weight", out var z) ? z.Span[0] : 1;

    private static TokenLogprobs Logprobs(int id, string text, int alternatives) =>
        new(new(id, text, -0.5), [.. Enumerable.Range(0, alternatives).Select(other => new TokenLogprob(other, $"t{other}", -other))]);

    private TaskCompletionSource Ending(string requestId) =>
        _ended.GetOrAdd(requestId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
