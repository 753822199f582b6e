namespace Transformer2.Experts;

/// <summary>A member of a mixture.</summary>
/// <param name="Expert">The expert.</param>
/// <param name="Weight">Its mixture weight alpha.</param>
public sealed record WeightedExpert(ExpertVector Expert, double Weight);

/// <summary>Mixtures of experts.</summary>
public static class ExpertComposition
{
    /// <summary>
    /// z = sum over k of weight_k * z_k, over effective multipliers. Weights are used as they are, not normalised. A matrix that one
    /// expert leaves out counts as ones there; a matrix that all leave out stays unadapted whatever the weights.
    /// </summary>
    /// <param name="members">The experts and their weights. One expert of weight 1 comes back as the same instance.</param>
    /// <exception cref="ExpertCompositionException">
    /// No member, a weight that is not finite, matrices of different rank, or a matrix whose multipliers overflow or do not sum to more
    /// than zero: such a mixture would erase or mirror the matrix.
    /// </exception>
    public static ExpertVector Linear(IReadOnlyList<WeightedExpert> members)
    {
        _ = SumOfWeights(members); // Refuses what is no mixture.
        if (members is [{ Weight: 1 } only])
        {
            return only.Expert;
        }

        return ExpertVector.Take(members
            .SelectMany(member => member.Expert.Multipliers.Keys)
            .Distinct(StringComparer.Ordinal)
            .Select(matrix => KeyValuePair.Create(matrix, Mix(matrix, members))));
    }

    /// <summary>The sum of the weights of a mixture.</summary>
    /// <param name="members">The experts and their weights.</param>
    /// <exception cref="ExpertCompositionException">No member, or a weight that is not finite.</exception>
    public static double SumOfWeights(IReadOnlyList<WeightedExpert> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
        {
            throw new ExpertCompositionException(ExpertCompositionReason.Empty, "A mixture needs at least one expert.");
        }

        for (var i = 0; i < members.Count; i++)
        {
            if (!double.IsFinite(members[i].Weight))
            {
                throw new ExpertCompositionException(
                    ExpertCompositionReason.WeightNotFinite, $"The weight of expert {i + 1} is not a finite number.");
            }
        }

        return members.Sum(member => member.Weight);
    }

    private static float[] Mix(string matrix, IReadOnlyList<WeightedExpert> members)
    {
        var rank = members.First(member => member.Expert.Multipliers.ContainsKey(matrix)).Expert.Multipliers[matrix].Length;
        var sum = new double[rank];
        foreach (var (expert, weight) in members)
        {
            if (expert.Multipliers.TryGetValue(matrix, out var z))
            {
                Add(sum, z.Span, weight, matrix);
            }
            else
            {
                AddOnes(sum, weight);
            }
        }

        return Checked(matrix, sum);
    }

    private static void Add(double[] sum, ReadOnlySpan<float> z, double weight, string matrix)
    {
        if (z.Length != sum.Length)
        {
            throw new ExpertCompositionException(
                ExpertCompositionReason.RankMismatch, $"'{matrix}' has {sum.Length} multipliers in one expert and {z.Length} in another.");
        }

        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += weight * z[i];
        }
    }

    private static void AddOnes(double[] sum, double weight)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += weight;
        }
    }

    private static float[] Checked(string matrix, double[] sum)
    {
        var z = Array.ConvertAll(sum, value => (float)value);
        if (!z.All(float.IsFinite))
        {
            throw new ExpertCompositionException(
                ExpertCompositionReason.NotFinite, $"The mixture's multipliers of '{matrix}' are not finite.");
        }

        return sum.Sum() > 0
            ? z
            : throw new ExpertCompositionException(
                ExpertCompositionReason.NonPositiveSum, $"The mixture's multipliers of '{matrix}' do not sum to more than zero.");
    }
}
