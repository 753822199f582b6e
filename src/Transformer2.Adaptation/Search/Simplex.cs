namespace Transformer2.Adaptation.Search;

/// <summary>The weights of a pool with the identity: at least 0, with a sum of at most 1 per group.</summary>
internal static class Simplex
{
    /// <summary>Moves each group's weights to the nearest allowed ones (Duchi et al., 2008).</summary>
    /// <param name="weights">[experts, groups], in place.</param>
    /// <param name="groups">Number of groups.</param>
    public static void Project(double[] weights, int groups)
    {
        for (var group = 0; group < groups; group++)
        {
            var column = Enumerable.Range(0, weights.Length / groups).Select(expert => (expert * groups) + group).ToArray();
            var threshold = Threshold(column.Select(i => weights[i]));
            foreach (var i in column) weights[i] = Math.Max(0, weights[i] - threshold);
        }
    }

    // What to take off every weight; those that fall below zero become zero.
    private static double Threshold(IEnumerable<double> column)
    {
        double sum = 0, threshold = 0;
        foreach (var (i, weight) in column.OrderDescending().Index())
        {
            sum += weight;
            var next = (sum - 1) / (i + 1);
            if (weight <= Math.Max(0, next)) break;
            threshold = Math.Max(0, next);
        }

        return threshold;
    }
}
