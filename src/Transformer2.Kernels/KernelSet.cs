using System.Runtime.Intrinsics;
using Transformer2.Kernels.Attention;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels;

/// <summary>
/// All kernels, compiled for one instruction set, and those that work on one row. Stateless: any thread may use it. No memory needs an alignment; sizes are
/// not checked against the memory behind a pointer.
/// </summary>
public abstract unsafe class KernelSet
{
    private protected KernelSet()
    {
    }

    /// <summary>The instruction set.</summary>
    public abstract InstructionSet Instructions { get; }

    internal abstract TileKernel Attention { get; }

    /// <summary>The kernels for an instruction set.</summary>
    /// <param name="instructions">The set; null for <see cref="InstructionSets.Chosen"/>. One that the machine lacks works, slowly.</param>
    public static KernelSet For(InstructionSet? instructions = null) => (instructions ?? InstructionSets.Chosen) switch
    {
        InstructionSet.Vector512 => new KernelSet<Simd512, Vector512<float>>(InstructionSet.Vector512),
        InstructionSet.Vector256 => new KernelSet<Simd256, Vector256<float>>(InstructionSet.Vector256),
        InstructionSet.Vector128 => new KernelSet<Simd128, Vector128<float>>(InstructionSet.Vector128),
        _ => new KernelSet<SimdScalar, float>(InstructionSet.Scalar),
    };

    /// <summary>y = x / sqrt(mean(x squared) + epsilon) x gain, for one row.</summary>
    /// <param name="x">[size].</param>
    /// <param name="gain">[size].</param>
    /// <param name="y">[size]; may be x.</param>
    /// <param name="size">Numbers of the row.</param>
    /// <param name="epsilon">Added to the mean.</param>
    public abstract void RmsNorm(float* x, float* gain, float* y, int size, float epsilon);

    /// <summary>y = gate / (1 + exp(-gate)) x up.</summary>
    /// <param name="gate">[size].</param>
    /// <param name="up">[size].</param>
    /// <param name="y">[size]; may be one of the others.</param>
    /// <param name="size">How many numbers.</param>
    public abstract void SwiGlu(float* gate, float* up, float* y, int size);

    /// <summary>Rotates heads in place to a position: numbers i and i + rotaryDim / 2 of a head are a pair, as in Hugging Face checkpoints.</summary>
    /// <param name="heads">[count, headDim].</param>
    /// <param name="count">Heads.</param>
    /// <param name="headDim">Numbers of a head.</param>
    /// <param name="rotaryDim">How many of them are rotated, an even number; the others stay.</param>
    /// <param name="cosines">[rotaryDim / 2], those of the position.</param>
    /// <param name="sines">[rotaryDim / 2], those of the position.</param>
    public abstract void RotaryEmbedding(float* heads, int count, int headDim, int rotaryDim, float* cosines, float* sines);

    internal abstract FormatKernel Products(WeightType type);
}
