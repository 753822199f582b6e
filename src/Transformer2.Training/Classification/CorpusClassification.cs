using Transformer2.Training.Corpus;

namespace Transformer2.Training.Classification;

/// <summary>
/// The generated corpus as labelled prompts: its categories, its splits, its phrasings, and the right label always. Families that no expert
/// training uses are in none of the parts.
/// </summary>
/// <param name="seed">Names the sample.</param>
/// <param name="questions">Most test questions of a family.</param>
public sealed class CorpusClassification(ulong seed, int questions = CorpusClassification.DefaultQuestions)
{
    /// <summary>Most test questions of a family, where nothing else is said: those that <c>t2 evaluate</c> asks by default.</summary>
    public const int DefaultQuestions = 300;

    private const int TrainQuestions = 400;
    private const int ValidationQuestions = 60;

    /// <summary>The categories' labels, in order.</summary>
    public static IReadOnlyList<string> Labels { get; } = [.. Enum.GetValues<Category>().Select(CorpusGenerator.LabelOf)];

    /// <summary>What a classifier is trained from and measured with.</summary>
    public ClassificationData Data() => ClassificationData.Of(
        Labels, Prompts(Split.Train, TrainQuestions), Prompts(Split.Validation, Math.Min(ValidationQuestions, questions)), Prompts(Split.Test, questions));

    /// <summary>Test questions of the families that it never sees.</summary>
    public IReadOnlyList<LabelledPrompt> Unseen() => Prompts(Split.Test, questions, unseen: true);

    private LabelledPrompt[] Prompts(Split split, int most, bool unseen = false) =>
    [
        .. TaskFamilies.All.Where(family => family.Unseen == unseen).SelectMany(family => Splits.Questions(family, split, most, seed)
            .Select(question => new LabelledPrompt(question.Item.Prompts[question.Phrasing], CorpusGenerator.LabelOf(family.Category)))),
    ];
}
