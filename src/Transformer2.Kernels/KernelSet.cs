using System.Runtime.Intrinsics;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels;

/// <summary>All kernels, compiled for one instruction set. Stateless: any thread may use it.</summary>
public abstract class KernelSet
{
    private protected KernelSet()
    {
    }

    /// <summary>The kernels for an instruction set.</summary>
    /// <param name="instructions">The set; null for <see cref="InstructionSets.Chosen"/>. One that the machine lacks works, slowly.</param>
    public static KernelSet For(InstructionSet? instructions = null) => (instructions ?? InstructionSets.Chosen) switch
    {
        InstructionSet.Vector512 => new KernelSet<Simd512, Vector512<float>>(),
        InstructionSet.Vector256 => new KernelSet<Simd256, Vector256<float>>(),
        InstructionSet.Vector128 => new KernelSet<Simd128, Vector128<float>>(),
        _ => new KernelSet<SimdScalar, float>(),
    };

    internal abstract FormatKernel Products(WeightType type);
}

/// <inheritdoc/>
internal sealed class KernelSet<TSimd, TVector> : KernelSet
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private readonly FormatKernel _f32 = new FormatKernel<TSimd, TVector, F32Format<TSimd, TVector>>();
    private readonly FormatKernel _bf16 = new FormatKernel<TSimd, TVector, BF16Format<TSimd, TVector>>();
    private readonly FormatKernel _int8 = new FormatKernel<TSimd, TVector, Int8Format<TSimd, TVector>>();

    internal override FormatKernel Products(WeightType type) => type switch
    {
        WeightType.F32 => _f32,
        WeightType.BF16 => _bf16,
        _ => _int8,
    };
}
