using Transformer2.Kernels.Attention;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels;

/// <inheritdoc/>
internal sealed unsafe class KernelSet<TSimd, TVector>(InstructionSet instructions) : KernelSet
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private readonly FormatKernel _f32 = new FormatKernel<TSimd, TVector, F32Format<TSimd, TVector>>();
    private readonly FormatKernel _bf16 = new FormatKernel<TSimd, TVector, BF16Format<TSimd, TVector>>();
    private readonly FormatKernel _int8 = new FormatKernel<TSimd, TVector, Int8Format<TSimd, TVector>>();

    public override InstructionSet Instructions => instructions;

    internal override TileKernel Attention { get; } = new TileKernel<TSimd, TVector>();

    public override void RmsNorm(float* x, float* gain, float* y, int size, float epsilon) =>
        Elementwise.RmsNorm<TSimd, TVector>.Run(x, gain, y, size, epsilon);

    public override void SwiGlu(float* gate, float* up, float* y, int size) => Elementwise.SwiGlu<TSimd, TVector>.Run(gate, up, y, size);

    public override void RotaryEmbedding(float* heads, int count, int headDim, int rotaryDim, float* cosines, float* sines) =>
        Elementwise.RotaryEmbedding<TSimd, TVector>.Run(heads, count, headDim, rotaryDim, cosines, sines);

    internal override FormatKernel Products(WeightType type) => type switch
    {
        WeightType.F32 => _f32,
        WeightType.BF16 => _bf16,
        _ => _int8,
    };
}
