using Transformer2.Experts;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>An expert in libtorch's memory.</summary>
/// <param name="vector">The expert.</param>
/// <param name="values">The multipliers of all matrices one after the other, 1 where the expert has none; owned from now on.</param>
internal sealed class TorchExpert(ExpertVector vector, Tensor values) : ResidentExpert(vector)
{
    /// <summary>[sum of ranks]</summary>
    public Tensor Values => values;

    public bool Adapts(string matrix) => Vector.Multipliers.ContainsKey(matrix);

    // Cleared first: whoever gets the memory next may serve another tenant.
    public override void Dispose()
    {
        if (values.IsInvalid) return;
        using (NewDisposeScope()) values.zero_(); // gives a second handle
        values.Dispose();
    }
}
