using System.Runtime.InteropServices;

namespace Transformer2.Experts;

/// <summary>
/// An expert: per adapted matrix W = U diag(sigma) V^T one effective multiplier z for each singular value, W' = U diag(sigma * z) V^T.
/// Immutable.
/// </summary>
public sealed class ExpertVector
{
    private readonly Lazy<string> _digest;

    /// <summary>Copies multipliers.</summary>
    /// <param name="multipliers">
    /// By matrix name, without the ending <c>.z</c>: as many values as the matrix has singular values, in falling order of those.
    /// </param>
    /// <exception cref="ArgumentException">A value is not finite, a vector is empty, or a matrix occurs twice.</exception>
    public ExpertVector(IEnumerable<KeyValuePair<string, float[]>> multipliers)
        : this((multipliers ?? throw new ArgumentNullException(nameof(multipliers)))
            .Select(entry => KeyValuePair.Create(entry.Key, (float[])entry.Value.Clone()))
            .ToArray())
    {
    }

    // Takes the arrays over.
    private ExpertVector(KeyValuePair<string, float[]>[] multipliers)
    {
        var sorted = new SortedDictionary<string, ReadOnlyMemory<float>>(StringComparer.Ordinal);
        foreach (var (matrix, z) in multipliers)
        {
            if (z.Length == 0 || Array.FindIndex(z, value => !float.IsFinite(value)) is var bad && bad >= 0)
            {
                throw new ArgumentException($"The multipliers of '{matrix}' are missing or not finite.", nameof(multipliers));
            }

            sorted.Add(matrix, z);
            ParameterCount += z.Length;
        }

        Multipliers = sorted;
        IsIdentity = sorted.Values.All(z => !z.Span.ContainsAnyExcept(1f));
        _digest = new Lazy<string>(ComputeDigest);
    }

    /// <summary>The expert that changes nothing.</summary>
    public static ExpertVector Identity { get; } = new(Array.Empty<KeyValuePair<string, float[]>>());

    /// <summary>
    /// Effective multipliers by matrix name (without <c>.z</c>), in the order of the names. A matrix that is absent is not adapted: z = 1.
    /// </summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Multipliers { get; }

    /// <summary>Number of multipliers.</summary>
    public long ParameterCount { get; }

    /// <summary>All multipliers are one (or there are none).</summary>
    public bool IsIdentity { get; }

    /// <summary>The content hash: <c>sha256:</c> and hexadecimal digits over names, lengths and the bits of the multipliers.</summary>
    public string Digest => _digest.Value;

    /// <summary>Makes an expert of arrays that the caller gives away.</summary>
    internal static ExpertVector Take(IEnumerable<KeyValuePair<string, float[]>> multipliers) => new(multipliers.ToArray());

    private string ComputeDigest()
    {
        using var fingerprint = new Fingerprint("t2.expert-vector.v1");
        fingerprint.Add(Multipliers.Count);
        foreach (var (matrix, z) in Multipliers)
        {
            fingerprint.Add(matrix).Add(MemoryMarshal.AsBytes(z.Span));
        }

        return fingerprint.Finish();
    }
}
