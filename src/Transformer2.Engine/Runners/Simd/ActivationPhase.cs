using Transformer2.Kernels;
using Transformer2.Kernels.Threads;

namespace Transformer2.Engine;

/// <summary>gate = silu(gate) * up</summary>
internal sealed unsafe class ActivationPhase(WorkerPool pool, KernelSet kernels, int inner) : RowPhase(pool)
{
    private StepRows _rows = null!;

    public void Run(StepRows rows)
    {
        _rows = rows;
        ForEach(rows.Count, 2 * inner);
    }

    protected override void Compute(int row)
    {
        var gate = _rows.Gate + ((long)row * inner);
        kernels.SwiGlu(gate, _rows.Up + ((long)row * inner), gate, inner);
    }
}
