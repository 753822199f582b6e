using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>Who answers unseen families rightly, when the platform chooses.</summary>
/// <param name="Base">The base model.</param>
/// <param name="Prompt">The expert of the category that the base model names.</param>
/// <param name="Classifier">The expert of the category that the classification expert names.</param>
/// <param name="PromptChoices">Whether the base model names the right category.</param>
/// <param name="ClassifierChoices">Whether the classification expert does.</param>
internal sealed record AutomaticAnswers(TestAnswers Base, TestAnswers Prompt, TestAnswers Classifier, TestAnswers PromptChoices, TestAnswers ClassifierChoices);

/// <summary>Leaves the choice of the expert for questions of unseen families to the two strategies of pass 1.</summary>
/// <param name="experts">The experts.</param>
/// <param name="families">Which families are asked.</param>
/// <param name="questions">The test questions of each.</param>
/// <param name="seed">Names the sample.</param>
internal sealed class DispatchUnit(IReadOnlyList<AdapterTrainingUnit> experts, IReadOnlyList<TaskFamily> families, int questions, ulong seed) : LabUnit<AutomaticAnswers>
{
    /// <inheritdoc/>
    public override string Name => "dispatch";

    /// <inheritdoc/>
    public override object Settings => new { Families = families.Select(family => family.Name).ToArray(), questions, seed };

    /// <inheritdoc/>
    public override IReadOnlyList<ILabUnit> Needs => experts;

    /// <inheritdoc/>
    public override double Effort => 60;

    /// <inheritdoc/>
    protected override async Task<AutomaticAnswers> ResultAsync(LabRun run, CancellationToken cancellationToken)
    {
        var names = families.Select(family => family.Name).ToHashSet();
        var evaluation = new DispatchEvaluationRun(
            run.ModelFolder,
            [.. experts.Select(expert => new CategoryExpert(CorpusGenerator.LabelOf(expert.Category), expert.ExpertFileOf(run)))],
            run.Classifier,
            nameof(Split.Test),
            questions,
            seed,
            ("auto", "cpu"))
        {
            Only = family => names.Contains(family.Name),
        };
        var (_, answers) = await run.WithEngineAsync(local => evaluation.AnswersAsync(local, cancellationToken), cancellationToken);
        return new AutomaticAnswers(
            Of(answer => answer.Right[0]),
            Of(answer => answer.Right[1 + answer.Calibrated]),
            Of(answer => answer.Right[1 + answer.Classifier]),
            Of(answer => answer.Calibrated == CorpusCategories.PlaceOf(answer.Question.Family.Category)),
            Of(answer => answer.Classifier == CorpusCategories.PlaceOf(answer.Question.Family.Category)));

        TestAnswers Of(Func<DispatchAnswer, bool> isRight) =>
            TestAnswers.Of(families, family => answers.Where(answer => answer.Question.Family.Name == family.Name).Select(isRight));
    }
}
