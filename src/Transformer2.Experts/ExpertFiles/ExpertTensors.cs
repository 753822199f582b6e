namespace Transformer2.Experts;

/// <summary>The tensors of an expert file.</summary>
internal static class ExpertTensors
{
    /// <summary>The matrix that a tensor is for: its name without the ending <c>.z</c>, if it has that.</summary>
    public static string MatrixOf(string tensorName) =>
        tensorName.EndsWith(ExpertFile.TensorSuffix, StringComparison.Ordinal) ? tensorName[..^ExpertFile.TensorSuffix.Length] : tensorName;

    /// <summary>
    /// The multipliers. They must be usable: finite, not above the bound, not subnormal (which no training gives and which slows every
    /// product down), and not all zero, which would erase the matrix.
    /// </summary>
    /// <exception cref="ExpertFileException">A value is out of range.</exception>
    public static float[] ReadChecked(SafetensorsFile file, TensorInfo tensor, float maxMagnitude)
    {
        var z = file.ReadSingles(tensor.Name);
        var allZero = true;
        for (var i = 0; i < z.Length; i++)
        {
            // False for NaN as well.
            if (!(Math.Abs(z[i]) <= maxMagnitude) || float.IsSubnormal(z[i]))
            {
                throw new ExpertFileException(
                    ExpertFileReason.ValueRange,
                    FormattableString.Invariant($"'{tensor.Name}'[{i}] is {z[i]:R}; multipliers are normal, of at most {maxMagnitude}."),
                    tensor.Offset + (i * (long)tensor.DType.BitSize() / 8));
            }

            allZero &= z[i] == 0;
        }

        return allZero
            ? throw new ExpertFileException(
                ExpertFileReason.ValueRange, $"All multipliers of '{tensor.Name}' are zero, from index 0 on.", tensor.Offset)
            : z;
    }
}
