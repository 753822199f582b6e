namespace Transformer2.Engine;

/// <summary>
/// One base model behind one dedicated thread. Requests of all callers run in one batch, each row with its own expert vector.
/// No tensor type crosses this boundary.
/// </summary>
public interface IInferenceEngine : IAsyncDisposable
{
    /// <summary>The base model that this engine holds.</summary>
    ModelInfo Model { get; }

    /// <summary>What the engine is doing now: for health, placement and the console.</summary>
    EngineStatus Status { get; }

    /// <summary>
    /// Generates an answer. The stream ends with exactly one <see cref="GenerationCompleted"/>. Cancelling the token, or abandoning the
    /// enumerator, frees the request's row in the batch within one step.
    /// </summary>
    /// <exception cref="EngineException">The request cannot be served: see <see cref="EngineException.Reason"/>.</exception>
    IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Scores continuations of a prompt. Cancelling the token frees the request's rows in the batch within one step.</summary>
    /// <exception cref="EngineException">The request cannot be served: see <see cref="EngineException.Reason"/>.</exception>
    Task<ScoringResult> ScoreAsync(ScoringRequest request, CancellationToken cancellationToken = default);
}
