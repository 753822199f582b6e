using Transformer2.Kernels;
using Transformer2.Kernels.Threads;

namespace Transformer2.Engine;

/// <summary>RMSNorm of the residual stream.</summary>
internal sealed unsafe class NormPhase(WorkerPool pool, KernelSet kernels, int hidden, float epsilon) : RowPhase(pool)
{
    private StepRows _rows = null!;
    private PinnedFloats _gain = null!;
    private bool _lastOnly;

    /// <summary>Norms all rows, into <see cref="StepRows.Normed"/>.</summary>
    public void All(StepRows rows, PinnedFloats gain)
    {
        (_rows, _gain, _lastOnly) = (rows, gain, false);
        ForEach(rows.Count, hidden);
    }

    /// <summary>Norms the rows whose logits are wanted, into <see cref="StepRows.Last"/>.</summary>
    public void Last(StepRows rows, PinnedFloats gain)
    {
        (_rows, _gain, _lastOnly) = (rows, gain, true);
        ForEach(rows.Wanted.Count, hidden);
    }

    protected override void Compute(int row)
    {
        var from = _lastOnly ? _rows.Wanted[row] : row;
        var to = _lastOnly ? _rows.Last : _rows.Normed;
        kernels.RmsNorm(_rows.Stream + ((long)from * hidden), _gain.Pointer, to + ((long)row * hidden), hidden, epsilon);
    }
}
