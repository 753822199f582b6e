namespace Transformer2.Experts;

/// <summary>What can be said about an expert file without its base model.</summary>
/// <param name="FileBytes">Size of the file.</param>
/// <param name="FileDigest">SHA-256 of the file: <c>sha256:</c> and hexadecimal digits.</param>
/// <param name="VectorDigest">Content hash of the multipliers, <see cref="ExpertVector.Digest"/>.</param>
/// <param name="ParameterCount">Number of multipliers.</param>
/// <param name="Metadata">The known metadata.</param>
/// <param name="Entries">All metadata entries as they stand in the file.</param>
/// <param name="Matrices">The adapted matrices in the order of their names.</param>
public sealed record ExpertInspection(
    long FileBytes,
    string FileDigest,
    string VectorDigest,
    long ParameterCount,
    ExpertMetadata Metadata,
    IReadOnlyDictionary<string, string> Entries,
    IReadOnlyList<MatrixSummary> Matrices)
{
    internal static ExpertInspection Of(ReadOnlyMemory<byte> bytes, ExpertLimits limits)
    {
        using var file = ExpertReader.Open(bytes, limits);
        var metadata = MetadataMapping.FromEntries(file.Metadata, lenient: true);

        var vector = new ExpertReader(ExpertReader.OwnLayout(bytes, limits), limits, lenient: true).Read(bytes).Vector;
        return new ExpertInspection(
            bytes.Length,
            Fingerprint.OfBytes(bytes.Span),
            vector.Digest,
            vector.ParameterCount,
            metadata,
            file.Metadata,
            [.. vector.Multipliers.Select(entry => MatrixSummary.Of(entry.Key, entry.Value.Span))]);
    }
}

/// <summary>The multipliers of one matrix in figures.</summary>
/// <param name="Matrix">Name of the matrix, without <c>.z</c>.</param>
/// <param name="Rank">Number of multipliers.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">Their mean.</param>
public sealed record MatrixSummary(string Matrix, int Rank, float Min, float Max, double Mean)
{
    internal static MatrixSummary Of(string matrix, ReadOnlySpan<float> z)
    {
        var (min, max, sum) = (z[0], z[0], 0.0);
        foreach (var value in z)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            sum += value;
        }

        return new MatrixSummary(matrix, z.Length, min, max, sum / z.Length);
    }
}
