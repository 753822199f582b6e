using TorchSharp;
using Transformer2.Kernels.Weights;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Layers;
using Transformer2.Modeling.Native;

namespace Transformer2.Engine;

/// <summary>
/// A decoder's matrices as the kernels see them: the same memory that its tensors have, or an int8 copy. Valid while the decoder lives.
/// </summary>
internal sealed unsafe class SimdProjections : IDisposable
{
    private readonly List<QuantizedWeights> _quantized = [];
    private readonly List<torch.Tensor> _transposed = [];
    private readonly Dictionary<string, int> _places = [];

    /// <param name="model">The decoder, in float32 or bfloat16 on the CPU.</param>
    /// <param name="quantize">Weights are rounded to int8, one scale per output.</param>
    /// <param name="directions">Whether sums over a few directions are prepared for, with a transposed copy of every U.</param>
    public SimdProjections(Decoder model, bool quantize, bool directions)
    {
        foreach (var linear in model.Projections)
        {
            _places.Add(linear.Name, All.Count);
            All.Add(new SimdProjection(linear.Name, Weights(linear.Weight, quantize), linear.Bias is null ? null : new PinnedFloats(linear.Bias), Factors(linear, quantize, directions)));
        }

        Embedding = Weights(model.Parameters.Embedding, quantize);
        Head = model.Config.TiedEmbeddings ? Embedding : Weights(model.Parameters.Head, quantize);
    }

    /// <summary>All matrices, in the decoder's order.</summary>
    public List<SimdProjection> All { get; } = [];

    /// <summary>[vocabulary, hidden]</summary>
    public WeightMatrix Embedding { get; }

    /// <summary>[vocabulary, hidden]</summary>
    public WeightMatrix Head { get; }

    /// <summary>Everything that a step may read.</summary>
    public IEnumerable<WeightMatrix> Matrices => All
        .SelectMany<SimdProjection, WeightMatrix?>(one => [one.Weights, one.Factors?.U, one.Factors?.Vh, one.Factors?.Directions])
        .OfType<WeightMatrix>()
        .Append(Embedding)
        .Append(Head);

    /// <summary>A matrix's place among all, or null.</summary>
    public int? Find(string name) => _places.TryGetValue(name, out var place) ? place : null;

    public void Dispose()
    {
        foreach (var weights in _quantized) weights.Dispose();
        foreach (var tensor in _transposed) tensor.Dispose();
    }

    private SimdFactors? Factors(Linear linear, bool quantize, bool directions)
    {
        if (linear.Factors is not { } factors) return null;
        // Sigma stays out of the int8 matrices: folded in, it would cost their small directions all precision.
        return new SimdFactors(
            Weights(factors.U, quantize), new PinnedFloats(factors.Sigma), Weights(factors.Vh, quantize), directions ? Transposed(factors.U, quantize) : null,
            new ExactFactors(View(linear.Weight), View(factors.U), View(factors.Vh)));
    }

    private WeightMatrix Transposed(torch.Tensor matrix, bool quantize)
    {
        using var scope = torch.NewDisposeScope();
        var transposed = matrix.t().contiguous();
        var weights = Weights(transposed, quantize);
        if (!quantize) _transposed.Add(transposed.DetachFromDisposeScope());
        return weights;
    }

    private WeightMatrix Weights(torch.Tensor tensor, bool quantize)
    {
        var matrix = View(tensor);
        if (!quantize) return matrix;
        _quantized.Add(QuantizedWeights.Of(matrix));
        return _quantized[^1].Matrix;
    }

    private static WeightMatrix View(torch.Tensor tensor)
    {
        var type = tensor.dtype switch
        {
            torch.ScalarType.Float32 => WeightType.F32,
            torch.ScalarType.BFloat16 => WeightType.BF16,
            var other => throw new NotSupportedException($"The kernels do not compute in {other}."),
        };
        return new WeightMatrix(TensorMemory.Of(tensor), type, (int)tensor.shape[0], (int)tensor.shape[1]);
    }
}
