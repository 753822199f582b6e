using Microsoft.Extensions.Logging;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// Repeats a computation that failed: libtorch fails once in a while without a reason that lasts. Repeating an operation of a runner is
/// safe; repeating a whole step would not be.
/// </summary>
internal sealed class RetryingRunner(IModelRunner inner, ILogger logger) : IModelRunner
{
    private const int Attempts = 3;

    public int VocabularySize => inner.VocabularySize;

    public int MergedExperts => inner.MergedExperts;

    public ResidentExpert? FindMerged(ExpertVector expert) => inner.FindMerged(expert);

    public ResidentExpert Load(ExpertVector expert)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return inner.Load(expert);
            }
            catch (Exception e) when (MayRepeat(e, attempt))
            {
            }
        }
    }

    public Span<float> Run(IReadOnlyList<Piece> pieces)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return inner.Run(pieces);
            }
            catch (Exception e) when (MayRepeat(e, attempt))
            {
            }
        }
    }

    public void Clear(int block)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                inner.Clear(block);
                return;
            }
            catch (Exception e) when (MayRepeat(e, attempt))
            {
            }
        }
    }

    public void Dispose() => inner.Dispose();

    private bool MayRepeat(Exception error, int attempt)
    {
        if (error is EngineException || attempt == Attempts) return false;
        EngineLog.AttemptFailed(logger, error, attempt);
        return true;
    }
}
