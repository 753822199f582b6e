using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Native;

/// <summary>Direct access to a tensor's memory, for kernels that are not libtorch's.</summary>
public static unsafe class TensorMemory
{
    /// <summary>The first number of a tensor; valid while the tensor lives.</summary>
    /// <exception cref="ArgumentException">The tensor is not in the machine's memory, or not row by row without gaps.</exception>
    public static void* Of(Tensor tensor)
    {
        if (tensor.device_type is not DeviceType.CPU || !tensor.is_contiguous()) throw new ArgumentException("The tensor is not contiguous in the machine's memory.", nameof(tensor));

        // A span reaches over 2 GiB at most; the first number is all that is asked for.
        using var scope = NewDisposeScope();
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.view(-1).narrow(0, 0, 1).bytes));
    }
}
