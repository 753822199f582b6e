namespace Transformer2.Engine;

/// <summary>What one request adds to its engine's metrics, in the order of its life. Used by the thread that has the request.</summary>
/// <param name="engine">The engine's metrics.</param>
/// <param name="tokens">The count that its tokens belong to.</param>
/// <param name="promptTokens">Tokens of its prompt.</param>
internal sealed class RequestMetrics(EngineMetrics engine, TokenCount tokens, int promptTokens)
{
    private TimeSpan? _last;

    /// <summary>What another answer to the same prompt adds: the prompt is counted once.</summary>
    public RequestMetrics Sibling() => new(engine, tokens, promptTokens: 0);

    /// <summary>It got a row.</summary>
    public void Admitted(TimeSpan queued, int cachedTokens) => engine.Admitted(queued, promptTokens, Math.Min(cachedTokens, promptTokens));

    /// <summary>A token was drawn, be it one that ends the answer.</summary>
    public void Drawn(TimeSpan sinceSubmission)
    {
        if (_last is { } last)
        {
            engine.NextToken(sinceSubmission - last);
        }
        else
        {
            engine.FirstToken(sinceSubmission);
            tokens.AddPrompt(promptTokens);
        }

        _last = sinceSubmission;
    }

    /// <summary>The token that was drawn is one of the answer's.</summary>
    public void Generated() => tokens.AddGenerated(1);

    /// <summary>The answer is whole.</summary>
    public void Finished(FinishReason reason, TimeSpan sinceSubmission)
    {
        engine.Answered(sinceSubmission);
        engine.End(reason == FinishReason.Stop ? RequestEnd.Stop : RequestEnd.Length);
    }

    /// <summary>It has no answer, because of an error or because it was cancelled.</summary>
    public void Failed(Exception? error) => engine.End(error is null ? RequestEnd.Abort : RequestEnd.Error);
}
