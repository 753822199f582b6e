namespace Transformer2.Training.Evaluation;

/// <summary>A proportion with its 95 % confidence interval.</summary>
/// <param name="Successes">Right answers.</param>
/// <param name="Count">Answers, n.</param>
public readonly record struct Proportion(int Successes, int Count)
{
    private const double Z = 1.959963984540054;

    /// <summary>Successes / n.</summary>
    public double Value => Count == 0 ? double.NaN : (double)Successes / Count;

    /// <summary>Wilson's score interval (Wilson, 1927), which stays inside [0, 1].</summary>
    public (double Low, double High) Interval
    {
        get
        {
            if (Count == 0) return (0, 1);
            double n = Count, p = Value, z2 = Z * Z;
            var center = (p + (z2 / (2 * n))) / (1 + (z2 / n));
            var half = Z / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
            return (Math.Max(0, center - half), Math.Min(1, center + half));
        }
    }

    /// <summary>Both counts together.</summary>
    public static Proportion operator +(Proportion left, Proportion right) => new(left.Successes + right.Successes, left.Count + right.Count);

    /// <summary>Both counts together.</summary>
    public static Proportion Add(Proportion left, Proportion right) => left + right;
}
