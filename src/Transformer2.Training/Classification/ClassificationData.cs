using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Transformer2.Training.Classification;

/// <summary>
/// Labelled prompts in three parts that share none: the classifier learns from the first, the second chooses among its states, and the
/// third measures the choice. Every label is in every part. Prompts that occur twice with the same label count once.
/// </summary>
public sealed class ClassificationData
{
    /// <summary>The share of each label's prompts that <see cref="Split"/> keeps for validation, and again for the test.</summary>
    public const double DefaultShare = 0.2;

    private ClassificationData(
        IReadOnlyList<string> labels, IReadOnlyList<LabelledPrompt> train, IReadOnlyList<LabelledPrompt> validation, IReadOnlyList<LabelledPrompt> test, int duplicates)
    {
        Labels = labels;
        Train = train;
        Validation = validation;
        Test = test;
        Duplicates = duplicates;
    }

    /// <summary>The labels, in the order of a confusion matrix.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What is learned from.</summary>
    public IReadOnlyList<LabelledPrompt> Train { get; }

    /// <summary>What chooses the state that is kept.</summary>
    public IReadOnlyList<LabelledPrompt> Validation { get; }

    /// <summary>What measures, and chooses nothing.</summary>
    public IReadOnlyList<LabelledPrompt> Test { get; }

    /// <summary>How many examples were left out because they had been there before.</summary>
    public int Duplicates { get; }

    /// <summary>
    /// Splits examples: a label's prompts are ordered by a hash, the first are for the test, the next for validation. So the parts, and what is
    /// trained from them, depend on the set of examples and not on their order.
    /// </summary>
    /// <param name="examples">The examples.</param>
    /// <param name="labels">The labels in order; null takes those that occur, in the order of their code points.</param>
    /// <param name="validationShare">The share of each label's prompts for validation, above 0 and at most 0.4; at least one prompt.</param>
    /// <param name="testShare">Likewise for the test.</param>
    /// <param name="limits">What is accepted; null for <see cref="ClassificationLimits.Default"/>.</param>
    /// <exception cref="ClassificationDataException">No classifier can be trained from the examples.</exception>
    public static ClassificationData Split(
        IReadOnlyList<LabelledPrompt> examples,
        IReadOnlyList<string>? labels = null,
        double validationShare = DefaultShare,
        double testShare = DefaultShare,
        ClassificationLimits? limits = null)
    {
        RequireShare(validationShare);
        RequireShare(testShare);
        limits ??= ClassificationLimits.Default;
        var (known, distinct) = Check(examples, labels, limits);
        List<LabelledPrompt> train = [], validation = [], test = [];
        foreach (var group in distinct.GroupBy(example => example.Label))
        {
            LabelledPrompt[] prompts = [.. group];
            var forTest = Count(testShare, prompts.Length);
            var forValidation = Count(validationShare, prompts.Length);
            test.AddRange(prompts[..forTest]);
            validation.AddRange(prompts[forTest..(forTest + forValidation)]);
            train.AddRange(prompts[(forTest + forValidation)..]);
        }

        return new ClassificationData(known, train, validation, test, examples.Count - distinct.Count);
    }

    /// <summary>Takes parts that were made elsewhere.</summary>
    /// <inheritdoc cref="Split"/>
    /// <param name="train">What is learned from.</param>
    /// <param name="validation">What chooses.</param>
    /// <param name="test">What measures.</param>
    /// <exception cref="ArgumentException">A part lacks a label, or a prompt is in two parts.</exception>
    public static ClassificationData Of(
        IReadOnlyList<string> labels,
        IReadOnlyList<LabelledPrompt> train,
        IReadOnlyList<LabelledPrompt> validation,
        IReadOnlyList<LabelledPrompt> test,
        ClassificationLimits? limits = null)
    {
        LabelledPrompt[] all = [.. train, .. validation, .. test];
        var (known, distinct) = Check(all, labels, limits ?? ClassificationLimits.Default);
        var parts = new[] { train, validation, test }.Select(part => part.Select(example => example.Prompt).ToHashSet(StringComparer.Ordinal)).ToArray();
        if (parts.Sum(part => part.Count) != distinct.Count) throw new ArgumentException("A prompt is in two parts.");
        if (new[] { train, validation, test }.Any(part => part.Select(example => example.Label).Distinct().Count() < known.Count))
            throw new ArgumentException("A part lacks a label.");
        return new ClassificationData(known, Part(0), Part(1), Part(2), all.Length - distinct.Count);

        LabelledPrompt[] Part(int index) => [.. distinct.Where(example => parts[index].Contains(example.Prompt))];
    }

    /// <returns>The labels, and the different examples, in an order that does not depend on the given one.</returns>
    private static (IReadOnlyList<string> Labels, IReadOnlyList<LabelledPrompt> Distinct) Check(
        IReadOnlyList<LabelledPrompt> examples, IReadOnlyList<string>? labels, ClassificationLimits limits)
    {
        if (examples.Count == 0) throw new ClassificationDataException(ClassificationDataReason.NoExamples, "There is no example.");
        if (examples.Count > limits.MaxExamples)
        {
            throw new ClassificationDataException(
                ClassificationDataReason.TooManyExamples, $"There are {examples.Count} examples; the most is {limits.MaxExamples}.");
        }

        CheckPrompts(examples, limits);
        foreach (var (label, position) in (labels ?? []).Select(label => (label, (int?)null)).Concat(examples.Select(example => (example.Label, example.Position))))
            CheckLabel(label, position, limits);
        var known = CheckLabels(examples, labels, limits);
        var distinct = Distinct(examples);
        var counts = distinct.CountBy(example => example.Label).ToDictionary(StringComparer.Ordinal);
        foreach (var label in known)
        {
            if (counts.GetValueOrDefault(label) < limits.MinExamplesPerLabel)
            {
                throw new ClassificationDataException(
                    ClassificationDataReason.TooFewExamples,
                    $"The label '{label}' has {counts.GetValueOrDefault(label)} different prompts; it needs {limits.MinExamplesPerLabel}.");
            }
        }

        return (known, [.. distinct
            .Select(example => (Key: Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(example.Prompt))), Example: example))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ThenBy(entry => entry.Example.Prompt, StringComparer.Ordinal) // UTF-8 has one replacement for all that is not Unicode
            .Select(entry => entry.Example)]);
    }

    private static void CheckPrompts(IReadOnlyList<LabelledPrompt> examples, ClassificationLimits limits)
    {
        var total = 0L;
        foreach (var (prompt, _, position) in examples)
        {
            var bytes = Encoding.UTF8.GetByteCount(prompt);
            if (bytes == 0) throw new ClassificationDataException(ClassificationDataReason.PromptEmpty, "The prompt is empty.", position);
            if (bytes > limits.MaxPromptBytes)
            {
                throw new ClassificationDataException(
                    ClassificationDataReason.PromptTooLong, $"The prompt has {bytes} bytes; the most is {limits.MaxPromptBytes}.", position);
            }

            if ((total += bytes) > limits.MaxTotalBytes)
            {
                throw new ClassificationDataException(
                    ClassificationDataReason.TooManyExamples, $"All prompts together have more than {limits.MaxTotalBytes} bytes.", position);
            }
        }
    }

    private static void CheckLabel(string label, int? position, ClassificationLimits limits)
    {
        if (label.Length == 0 || label.Length > limits.MaxLabelLength || label != label.Trim() || !label.EnumerateRunes().All(IsText))
        {
            throw new ClassificationDataException(
                ClassificationDataReason.LabelInvalid,
                $"A label has 1 to {limits.MaxLabelLength} characters on one line, without spaces around them or control characters among them.",
                position);
        }

        // Labels are shown in tables and kept in files. The two joiners are part of how some languages are written.
        static bool IsText(Rune rune) => rune != Rune.ReplacementChar && (rune.Value is 0x200c or 0x200d || Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
    }

    private static string[] CheckLabels(IReadOnlyList<LabelledPrompt> examples, IReadOnlyList<string>? labels, ClassificationLimits limits)
    {
        var occurring = examples.Select(example => example.Label).ToHashSet(StringComparer.Ordinal);
        string[] known = labels is null ? [.. occurring.Order(StringComparer.Ordinal)] : [.. labels];
        if (known.Length < limits.MinLabels || known.Length > limits.MaxLabels)
        {
            throw new ClassificationDataException(
                ClassificationDataReason.LabelCount, $"There are {known.Length} labels; a classifier has {limits.MinLabels} to {limits.MaxLabels}.");
        }

        if (known.CountBy(label => label, StringComparer.Ordinal).FirstOrDefault(entry => entry.Value > 1) is { Key: { } twice })
            throw new ClassificationDataException(ClassificationDataReason.LabelInvalid, $"The label '{twice}' is listed twice.");
        if (labels is not null && examples.FirstOrDefault(example => !labels.Contains(example.Label, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ClassificationDataException(
                ClassificationDataReason.LabelUnknown, $"The label '{unknown.Label}' is not one of {string.Join(", ", labels)}.", unknown.Position);
        }

        return known;
    }

    private static IReadOnlyList<LabelledPrompt> Distinct(IReadOnlyList<LabelledPrompt> examples)
    {
        var first = new Dictionary<string, LabelledPrompt>(examples.Count, StringComparer.Ordinal);
        foreach (var example in examples)
        {
            if (first.TryAdd(example.Prompt, example)) continue;
            var earlier = first[example.Prompt];
            if (earlier.Label == example.Label) continue;
            throw new ClassificationDataException(
                ClassificationDataReason.ContradictoryExamples,
                $"The prompt has the label '{example.Label}' here, and '{earlier.Label}'{(earlier.Position is { } at ? $" at {at}" : " before")}.",
                example.Position);
        }

        return [.. first.Values];
    }

    // At least one, and some are left to learn from.
    private static int Count(double share, int of) => Math.Clamp((int)Math.Round(share * of), 1, Math.Max(1, (of - 1) / 2));

    private static void RequireShare(double share)
    {
        if (share is not (> 0 and <= 0.4)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share is above 0 and at most 0.4.");
    }
}
