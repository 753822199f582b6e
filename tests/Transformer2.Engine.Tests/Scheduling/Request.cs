using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Scheduling;

/// <summary>A sequence with a way to cancel it and to see its answer.</summary>
internal sealed class Request : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<GenerationEvent> _events = [];

    public Request(
        int[] prompt, int maxTokens, ITokenizer tokenizer, IReadOnlyList<string>? stop = null, GenerationRequest? like = null, ExpertVector? expert = null, TimeProvider? time = null,
        EngineMetrics? metrics = null)
    {
        Prompt = prompt;
        MaxTokens = maxTokens;
        var request = (like ?? Any) with { MaxTokens = maxTokens };
        Sequence = new AnswerSequence(
            request, prompt, expert ?? ExpertVector.Identity, new Sampler(request.Sampling, prompt, 0),
            new AnswerText(tokenizer, [.. (stop ?? []).Select(text => new StopText(text))], request.MinTokens), maxTokens,
            new AnswerStream(request.Answers, time ?? TimeProvider.System, metrics?.Begin(request, prompt.Length)), _cancellation.Token);
    }

    /// <summary>A request without a wish.</summary>
    public static GenerationRequest Any { get; } = new() { RequestId = "r", Prompt = new Prompt.Text(""), MaxTokens = 1 };

    public AnswerSequence Sequence { get; }

    public int[] Prompt { get; }

    public int MaxTokens { get; }

    public bool IsCancelled => _cancellation.IsCancellationRequested;

    /// <summary>Everything that came so far.</summary>
    public IReadOnlyList<GenerationEvent> Events
    {
        get
        {
            while (Sequence.Events.TryRead(out var happened)) _events.Add(happened);
            return _events;
        }
    }

    // A channel completes once it is read to its end.
    public bool HasEnded => Events is not null && Sequence.Events.Completion.IsCompleted;

    public void Cancel() => _cancellation.Cancel();

    public void Dispose() => _cancellation.Dispose();
}
