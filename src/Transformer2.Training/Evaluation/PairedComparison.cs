namespace Transformer2.Training.Evaluation;

/// <summary>What a comparison of two answerers says at a level of 5 %.</summary>
public enum PairedVerdict
{
    /// <summary>The questions do not tell them apart.</summary>
    NoDifference,

    /// <summary>The second one is better.</summary>
    Better,

    /// <summary>The second one is worse.</summary>
    Worse,
}

/// <summary>
/// Two answerers on the same questions. Only those count that one of them answers rightly and the other does not, which makes it far sharper
/// than two intervals side by side.
/// </summary>
/// <param name="Both">Questions that both answer rightly.</param>
/// <param name="OnlyFirst">Questions that only the first answers rightly.</param>
/// <param name="OnlySecond">Questions that only the second answers rightly.</param>
/// <param name="Neither">Questions that neither answers rightly.</param>
public readonly record struct PairedComparison(int Both, int OnlyFirst, int OnlySecond, int Neither)
{
    /// <summary>The level of <see cref="Verdict"/>.</summary>
    public const double Level = 0.05;

    /// <summary>Questions.</summary>
    public int Count => Both + OnlyFirst + OnlySecond + Neither;

    /// <summary>Share of right answers of the second minus that of the first; not a number without questions.</summary>
    public double Difference => Count == 0 ? double.NaN : (double)(OnlySecond - OnlyFirst) / Count;

    /// <summary>
    /// McNemar's test (1947), exact: the probability, were both equally good, of a division of the questions on which they differ at least as
    /// uneven as this one. Two-sided; 1 when they never differ.
    /// </summary>
    public double PValue
    {
        get
        {
            var differing = OnlyFirst + OnlySecond;
            var fewer = Math.Min(OnlyFirst, OnlySecond);
            if (2 * fewer == differing) return 1; // as even as can be: both tails are everything
            // Sum of C(n, i) / 2^n up to the smaller count, in logarithms: 2^-n is 0 in doubles from n = 1075 on.
            var term = -differing * Math.Log(2);
            var sum = term;
            for (var i = 1; i <= fewer; i++)
            {
                term += Math.Log((double)(differing - i + 1) / i);
                sum = Math.Max(sum, term) + Math.Log(1 + Math.Exp(-Math.Abs(sum - term)));
            }

            return Math.Min(1, 2 * Math.Exp(sum));
        }
    }

    /// <summary>Better or worse where <see cref="PValue"/> is below <see cref="Level"/>.</summary>
    public PairedVerdict Verdict => PValue >= Level ? PairedVerdict.NoDifference
        : OnlySecond > OnlyFirst ? PairedVerdict.Better
        : PairedVerdict.Worse;

    /// <summary>Compares answers, question by question.</summary>
    /// <param name="first">Whether the first answered rightly.</param>
    /// <param name="second">Whether the second did, in the same order.</param>
    /// <exception cref="ArgumentException">They did not answer equally many.</exception>
    public static PairedComparison Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        if (first.Count != second.Count) throw new ArgumentException($"{first.Count} and {second.Count} answers are not of the same questions.", nameof(second));
        Span<int> counts = [0, 0, 0, 0];
        for (var i = 0; i < first.Count; i++) counts[(first[i] ? 0 : 2) + (second[i] ? 0 : 1)]++;
        return new PairedComparison(counts[0], counts[1], counts[2], counts[3]);
    }

    /// <summary>Both sets of questions together.</summary>
    public static PairedComparison operator +(PairedComparison left, PairedComparison right) =>
        new(left.Both + right.Both, left.OnlyFirst + right.OnlyFirst, left.OnlySecond + right.OnlySecond, left.Neither + right.Neither);

    /// <summary>Both sets of questions together.</summary>
    public static PairedComparison Add(PairedComparison left, PairedComparison right) => left + right;
}
