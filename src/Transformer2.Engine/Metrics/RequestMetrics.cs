namespace Transformer2.Engine;

/// <summary>
/// What one request adds to its engine's metrics, in the order of its life. The request for several answers counts once, with all their tokens.
/// </summary>
/// <param name="engine">The engine's metrics.</param>
/// <param name="tokens">The count that its tokens belong to.</param>
/// <param name="promptTokens">Tokens of its prompt.</param>
internal sealed class RequestMetrics(EngineMetrics engine, TokenCount tokens, int promptTokens)
{
    private bool _hasEnded;

    /// <summary>It got a row.</summary>
    public void Admitted(TimeSpan queued, int cachedTokens) => engine.Admitted(queued, promptTokens, cachedTokens);

    /// <summary>Its first token was drawn.</summary>
    public void FirstToken(TimeSpan sinceSubmission)
    {
        engine.FirstToken(sinceSubmission);
        tokens.AddPrompt(promptTokens);
    }

    /// <summary>A further token of one of its answers was drawn.</summary>
    public void NextToken(TimeSpan sinceLast) => engine.NextToken(sinceLast);

    /// <summary>The token that was drawn is one of the answer's: it does not only end it.</summary>
    public void Generated() => tokens.AddGenerated(1);

    /// <summary>All answers are whole.</summary>
    public void Finished(FinishReason reason, TimeSpan sinceSubmission)
    {
        engine.Answered(sinceSubmission);
        End(reason == FinishReason.Stop ? RequestEnd.Stop : RequestEnd.Length);
    }

    /// <summary>What it wanted to have scored is scored.</summary>
    public void Scored()
    {
        tokens.AddPrompt(promptTokens);
        End(RequestEnd.Stop);
    }

    /// <summary>There is no answer, because of an error or because the request was cancelled. Each of several answers may say so.</summary>
    public void Failed(Exception? error) => End(error is null ? RequestEnd.Abort : RequestEnd.Error);

    private void End(RequestEnd how)
    {
        if (!Interlocked.Exchange(ref _hasEnded, true)) engine.End(how);
    }
}
