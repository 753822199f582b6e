namespace Transformer2.Engine;

/// <summary>Continuations with a common stem.</summary>
/// <param name="Stem">Their tokens but for the last one.</param>
/// <param name="Ends">Each one's place in the request, and its last token; null is the end of the answer.</param>
internal sealed record ScoreGroup(int[] Stem, IReadOnlyList<(int Place, int? Token)> Ends);

/// <summary>The scores of one request's continuations, until there are all. The model thread writes.</summary>
/// <param name="prompt">Tokens that all continuations have before them.</param>
/// <param name="groups">The continuations.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">What the request adds to the engine's metrics; null where nobody measures.</param>
/// <param name="cancellation">Nobody waits any more.</param>
internal sealed class ScoreCollection(
    int[] prompt, IReadOnlyList<ScoreGroup> groups, TimeProvider time, RequestMetrics? metrics, CancellationToken cancellation)
{
    private readonly TaskCompletionSource<ScoringResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ContinuationScore[] _scores = new ContinuationScore[groups.Sum(group => group.Ends.Count)];
    private readonly long _submitted = time.GetTimestamp();
    private TimeSpan _queued;
    private int _cached;
    private int _left = groups.Count;

    public int[] Prompt => prompt;

    public IReadOnlyList<ScoreGroup> Groups => groups;

    /// <summary>The scores; fails as the request does, and is cancelled with it.</summary>
    public Task<ScoringResult> Result => _result.Task;

    public bool IsCancelled => cancellation.IsCancellationRequested || _result.Task.IsCompleted;

    public bool IsAfter(DateTimeOffset deadline) => time.GetUtcNow() > deadline;

    /// <summary>The first sequence got a row.</summary>
    public void Admitted(int cachedTokens)
    {
        (_queued, _cached) = (time.GetElapsedTime(_submitted), cachedTokens);
        metrics?.Admitted(_queued, cachedTokens);
    }

    public void Set(int place, IReadOnlyList<TokenScore> tokens) => _scores[place] = new ContinuationScore(tokens);

    /// <summary>One more group is scored.</summary>
    public void Complete()
    {
        if (--_left > 0) return;
        var total = time.GetElapsedTime(_submitted);
        metrics?.Scored(); // before anybody can see the end
        _result.TrySetResult(new ScoringResult(_scores, prompt.Length, Math.Min(_cached, prompt.Length), _queued, total));
    }

    /// <summary>Ends the request with an error, or quietly when it was cancelled.</summary>
    public void Fail(Exception? error)
    {
        metrics?.Failed(error);
        if (error is null) _result.TrySetCanceled(cancellation);
        else _result.TrySetException(error);
    }
}
