namespace Transformer2.Adaptation.Classification;

/// <summary>
/// Classification by scoring every label as an answer, without generating one. A label's score may be calibrated by how probable the model
/// finds it after prompts that favour no label, which removes what the model prefers whatever the prompt, rare and long labels included:
/// contextual calibration (Zhao et al., 2021) where they have no content, batch calibration (Zhou et al., 2023) where they are as much about one
/// label as about another, both in the form of domain-conditional pointwise mutual information (Holtzman et al., 2021).
/// </summary>
public static class LabelScores
{
    /// <summary>
    /// By how many nats more than the label that a model likes most, one that it likes less is lifted at most: what is next to impossible whatever the prompt
    /// must not win by being a little less impossible.
    /// </summary>
    public const double MostLift = 12;

    /// <summary>
    /// score = log p(label | prompt) - mean over the neutral prompts of log p(label | neutral prompt), this mean being taken for at least the highest one of a
    /// label less <see cref="MostLift"/>.
    /// </summary>
    /// <param name="prompt">Per label the sum of its tokens' natural log-probabilities after the prompt: [labels].</param>
    /// <param name="neutral">The same after each prompt that favours no label: [prompts, labels]; none leaves the scores as they are.</param>
    /// <returns>[labels], in nats.</returns>
    /// <exception cref="ClassificationException">No label, rows of different length, or a number that is not finite.</exception>
    public static double[] Calibrate(IReadOnlyList<double> prompt, IReadOnlyList<IReadOnlyList<double>> neutral)
    {
        Check(prompt, prompt.Count);
        foreach (var row in neutral)
        {
            Check(row, prompt.Count);
        }

        if (neutral.Count == 0)
        {
            return [.. prompt];
        }

        var means = prompt.Select((_, label) => neutral.Average(row => row[label])).ToArray();
        var least = means.Max() - MostLift;
        return [.. prompt.Select((score, label) => score - Math.Max(means[label], least))];
    }

    /// <summary>The softmax of the scores over the labels.</summary>
    /// <param name="scores">[labels], in nats.</param>
    /// <returns>[labels]; they sum to one.</returns>
    /// <exception cref="ClassificationException">No label, or a score that is not finite.</exception>
    public static double[] Probabilities(IReadOnlyList<double> scores)
    {
        Check(scores, scores.Count);
        var highest = scores.Max();
        var powers = scores.Select(score => Math.Exp(score - highest)).ToArray();
        var sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    private static void Check(IReadOnlyList<double> scores, int labels)
    {
        if (labels == 0)
        {
            throw new ClassificationException(ClassificationError.NoCategory, "There is no label to score.");
        }

        if (scores.Count != labels)
        {
            throw new ClassificationException(ClassificationError.CountMismatch, $"There are {scores.Count} scores for {labels} labels.");
        }

        if (!scores.All(double.IsFinite))
        {
            throw new ClassificationException(ClassificationError.InvalidScore, "The log-probability of a label is not a finite number.");
        }
    }
}
