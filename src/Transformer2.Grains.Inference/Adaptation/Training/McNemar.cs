namespace Transformer2.Grains.Inference;

/// <summary>McNemar's exact test: of the questions that two ways answer differently, is one of them right more often than a coin would be?</summary>
internal static class McNemar
{
    /// <summary>The two-sided p-value; 1 where nothing differs.</summary>
    /// <param name="lost">Questions that only the first one answers right.</param>
    /// <param name="gained">Questions that only the second one answers right.</param>
    public static double PValue(int lost, int gained)
    {
        var (count, few) = (lost + gained, Math.Min(lost, gained));
        if (lost == gained)
            return 1;

        // The binomial coefficients by their logarithms, one from the other: sums of thousands of them must not overflow.
        double logarithm = -count * Math.Log(2), sum = 0;
        for (var k = 0; k <= few; k++)
        {
            sum += Math.Exp(logarithm);
            logarithm += Math.Log(count - k) - Math.Log(k + 1);
        }

        return Math.Min(1, 2 * sum);
    }
}
