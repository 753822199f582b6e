using Transformer2.Adaptation.Classification;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Counts what questions and answers give.</summary>
/// <param name="categories">The categories.</param>
/// <param name="answers">One for each question.</param>
internal sealed class DispatchSummary(IReadOnlyList<ClassificationCategory> categories, IReadOnlyList<DispatchAnswer> answers)
{
    /// <summary>The name of the strategy that asks the base model, calibrated as the platform's policy has it.</summary>
    public const string Prompt = "prompt";

    /// <summary>The name of the strategy that asks the classification expert.</summary>
    public const string Classifier = "classifier";

    private const string Uncalibrated = "prompt, uncalibrated";

    private static readonly (string Name, Func<DispatchAnswer, int> Choice)[] Strategies =
    [
        (Prompt, answer => answer.Calibrated),
        (Uncalibrated, answer => answer.Prompt),
        (Classifier, answer => answer.Classifier),
    ];

    /// <summary>The report of a run.</summary>
    public DispatchEvaluationReport Report(DispatchEvaluationRun run)
    {
        var oracle = Method("oracle choice", answer => answer.Right[1 + PlaceOf(answer)]);
        DispatchMethod[] auto =
        [
            .. Strategies.Select(strategy => Method($"auto by {strategy.Name}", answer => answer.Right[1 + strategy.Choice(answer)])),
            Method("soft by classifier", answer => answer.SoftRight),
        ];
        return new DispatchEvaluationReport(
            run.Model,
            run.Split,
            run.Questions,
            run.Seed,
            run.Experts,
            run.Classifier,
            [.. Strategies.Select(strategy => Confusion(strategy.Name, strategy.Choice))],
            [Method("base", answer => answer.Right[0]), .. Alone(), .. auto, oracle],
            [.. auto.Select(method => new DispatchRatio(
                method.Name, Ratio(method.Trained, oracle.Trained), Ratio(method.Unseen, oracle.Unseen), Ratio(method.All, oracle.All)))]);
    }

    private static int PlaceOf(DispatchAnswer answer) => CorpusCategories.PlaceOf(answer.Question.Family.Category);

    private static double? Ratio(Accuracy accuracy, Accuracy oracle) => oracle.Right == 0 ? null : accuracy.Value / oracle.Value;

    private IEnumerable<DispatchMethod> Alone() => categories.Index()
        .Where(entry => entry.Item.HasTarget)
        .Select(entry => Method($"{entry.Item.Name} expert for all", answer => answer.Right[1 + entry.Index]));

    private DispatchConfusion Confusion(string name, Func<DispatchAnswer, int> choice)
    {
        var rows = categories.Select((category, place) =>
        {
            var given = new int[categories.Count];
            foreach (var answer in answers.Where(answer => PlaceOf(answer) == place))
            {
                given[choice(answer)]++;
            }

            return new DispatchConfusionRow(category.Name, given, Accuracy.Of(new Proportion(given[place], given.Sum())));
        });
        var right = Method(name, answer => choice(answer) == PlaceOf(answer));
        return new DispatchConfusion(name, [.. rows], right.Trained, right.Unseen, right.All);
    }

    private DispatchMethod Method(string name, Func<DispatchAnswer, bool> isRight) =>
        new(name, Count(isRight, unseen: false), Count(isRight, unseen: true), Count(isRight, unseen: null));

    private Accuracy Count(Func<DispatchAnswer, bool> isRight, bool? unseen)
    {
        DispatchAnswer[] some = [.. answers.Where(answer => unseen is null || answer.Question.Family.Unseen == unseen)];
        return Accuracy.Of(new Proportion(some.Count(isRight), some.Length));
    }
}
