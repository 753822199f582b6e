using Microsoft.Extensions.Logging;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// Repeats a computation that failed: libtorch fails once in a while without a reason that lasts. Every operation of a runner writes the
/// same values to the same places again, so that repeating one is safe; repeating a whole step would not be.
/// </summary>
internal sealed class RetryingRunner(IModelRunner inner, ILogger logger) : IModelRunner
{
    private const int Attempts = 3;

    public int VocabularySize => inner.VocabularySize;

    public int ResidentExperts => inner.ResidentExperts;

    public ExpertSlot? Acquire(ExpertVector expert) => Try(() => inner.Acquire(expert));

    public void Release(ExpertSlot slot) => inner.Release(slot);

    public float[] Prefill(int row, int start, int[] tokens, int promptLength, ExpertSlot? expert) =>
        Try(() => inner.Prefill(row, start, tokens, promptLength, expert));

    public float[] Decode(IReadOnlyList<(int Position, int Token)> rows, IReadOnlyList<ExpertSlot?> experts) => Try(() => inner.Decode(rows, experts));

    public void Move(int from, int to, int length) => Try(() => inner.Move(from, to, length));

    public void Clear(int row, int length) => Try(() => inner.Clear(row, length));

    public void Dispose() => inner.Dispose();

    private void Try(Action compute) => Try<object?>(() =>
    {
        compute();
        return null;
    });

    private T Try<T>(Func<T> compute)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return compute();
            }
            catch (Exception e) when (e is not EngineException && attempt < Attempts)
            {
                EngineLog.AttemptFailed(logger, e, attempt);
            }
        }
    }
}
