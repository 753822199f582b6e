using System.Runtime.InteropServices;
using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary>
/// Seeded random weights that keep a model's activations near 1 in every layer, as training does: matrices have a variance of 1 / inputs,
/// norms are near 1. So logits stay finite, no token wins by far, and products of different programs can be compared.
/// </summary>
internal static class RandomWeights
{
    private const int PieceElements = 1 << 18;

    /// <summary>A tensor to be written; the same values for the same name and shape, rounded to the type.</summary>
    public static TensorData Tensor(string name, long[] shape, SafetensorsDType dtype) =>
        new(name, dtype, shape, stream => Write(stream, name, shape, dtype));

    private static void Write(Stream stream, string name, long[] shape, SafetensorsDType dtype)
    {
        var random = new Random(Seed(name));
        var (centre, deviation) = shape.Length == 1 ? (1f, 0.1f) : (0f, 1 / MathF.Sqrt(shape[^1]));
        var width = deviation * MathF.Sqrt(12); // of a uniform distribution
        var singles = new float[PieceElements];
        var halves = new ushort[PieceElements];
        for (var left = shape.Aggregate(1L, (product, extent) => product * extent); left > 0; left -= PieceElements)
        {
            var piece = (int)Math.Min(left, PieceElements);
            for (var i = 0; i < piece; i++) singles[i] = centre + ((random.NextSingle() - 0.5f) * width);
            if (dtype == SafetensorsDType.F32)
            {
                stream.Write(MemoryMarshal.AsBytes(singles.AsSpan(0, piece)));
                continue;
            }

            for (var i = 0; i < piece; i++) halves[i] = BFloat16.Round(singles[i]);
            stream.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, piece)));
        }
    }

    // Not string.GetHashCode, which differs from process to process.
    private static int Seed(string name) => name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter));
}
