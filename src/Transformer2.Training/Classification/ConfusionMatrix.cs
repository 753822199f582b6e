using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Classification;

/// <summary>How often prompts of each label were given each label.</summary>
/// <param name="Labels">The labels, in order.</param>
/// <param name="Counts">Per right label, per given label.</param>
public sealed record ConfusionMatrix(IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<int>> Counts)
{
    /// <summary>All right ones of all prompts.</summary>
    public Proportion Total => Enumerable.Range(0, Labels.Count).Select(Right).Aggregate((left, right) => left + right);

    /// <summary>
    /// The mean over labels of the share of right ones, labels without prompts left out: unlike the total it does not depend on how often each
    /// label occurs.
    /// </summary>
    public double MeanRight => Enumerable.Range(0, Labels.Count).Select(Right).Where(right => right.Count > 0).Select(right => right.Value).DefaultIfEmpty(0).Average();

    /// <summary>Right ones of a label's prompts (its recall), with n.</summary>
    /// <param name="label">The label's number.</param>
    public Proportion Right(int label) => new(Counts[label][label], Counts[label].Sum());

    /// <summary>Right ones of the prompts that were given a label (its precision), with n.</summary>
    /// <param name="label">The label's number.</param>
    public Proportion Precise(int label) => new(Counts[label][label], Counts.Sum(row => row[label]));

    internal static ConfusionMatrix Of(IReadOnlyList<string> labels, IEnumerable<(int Right, int Given)> answers)
    {
        int[][] counts = [.. labels.Select(_ => new int[labels.Count])];
        foreach (var (right, given) in answers) counts[right][given]++;
        return new ConfusionMatrix(labels, counts);
    }
}
