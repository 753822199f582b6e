namespace Transformer2.Experts;

/// <summary>
/// The identity of a decomposition. Singular vectors have free signs, so two algorithms give experts that look alike and are not
/// interchangeable in order: the algorithm is part of the identity.
/// </summary>
public static class DecompositionFingerprint
{
    /// <summary>Hashes the base model's fingerprint and the algorithm.</summary>
    /// <param name="baseModel">Fingerprint of the base model.</param>
    /// <param name="algorithm">Name and version of the algorithm, precision and order of the singular values included.</param>
    public static string Compute(string baseModel, string algorithm)
    {
        using var fingerprint = new Fingerprint("t2.decomposition.v1");
        return fingerprint.Add(baseModel).Add(algorithm).Finish();
    }
}
