namespace Transformer2.Experts;

/// <summary>
/// From what is trained to effective multipliers, after the published code of Transformer-Squared (arXiv 2501.06252): a mask mu, made
/// of a learnable p or learned directly, and its renormalisation.
/// </summary>
public static class ExpertMath
{
    /// <summary>mu = sigmoid(p) * maxMult.</summary>
    /// <param name="p">The learnable vector.</param>
    /// <param name="maxMult">Largest multiplier; 1 in the published code.</param>
    public static float[] Sigmoid(ReadOnlySpan<float> p, double maxMult = 1)
    {
        var mu = new float[p.Length];
        for (var i = 0; i < mu.Length; i++)
        {
            mu[i] = (float)(maxMult / (1 + Math.Exp(-p[i])));
        }

        return mu;
    }

    /// <summary>z = c * mu with c = sum(sigma) / sum(sigma * mu), which keeps the sum of the singular values.</summary>
    /// <param name="sigma">Singular values of the matrix.</param>
    /// <param name="mu">As many multipliers.</param>
    /// <exception cref="ExpertCompositionException">sum(sigma * mu) is not a finite number above zero, so c means nothing.</exception>
    public static float[] Renormalize(ReadOnlySpan<float> sigma, ReadOnlySpan<float> mu)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mu.Length, sigma.Length);
        double whole = 0;
        double kept = 0;
        for (var i = 0; i < mu.Length; i++)
        {
            whole += sigma[i];
            kept += (double)sigma[i] * mu[i];
        }

        if (!(kept > 0) || !double.IsFinite(whole / kept))
        {
            throw new ExpertCompositionException(
                ExpertCompositionReason.NonPositiveSum, $"The adapted singular values sum to {kept}; renormalising needs more than zero.");
        }

        var z = new float[mu.Length];
        for (var i = 0; i < z.Length; i++)
        {
            z[i] = (float)(whole / kept * mu[i]);
        }

        return z;
    }
}
