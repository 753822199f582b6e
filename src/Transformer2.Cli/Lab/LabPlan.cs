using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Objectives;

namespace Transformer2.Cli;

/// <summary>A row of the comparison of objectives, matrices and kinds of adapters (the paper's table 4).</summary>
/// <param name="Number">The paper's number of the row.</param>
/// <param name="Kind">What is trained.</param>
/// <param name="Objective">What it is learned from.</param>
/// <param name="Modules">Which matrices.</param>
/// <param name="Answers">Its test answers; their unit knows the trainings.</param>
internal sealed record AblationRow(int Number, string Kind, string Objective, string Modules, MeasurementUnit Answers);

/// <summary>All units, and which is which.</summary>
internal sealed class LabPlan
{
    private const string Attention = "qv"; // the paper's attention is query and value
    private const string Both = "qv+mlp";
    private const string Mlp = "mlp";
    private const string RewardObjective = TrainingObjectives.Reinforce;
    private const string TokenObjective = TrainingObjectives.NextToken;

    private readonly ulong _seed;

    /// <param name="sizes">How much is computed.</param>
    /// <param name="seed">Names trainings, questions and searches.</param>
    public LabPlan(LabSizes sizes, ulong seed)
    {
        Sizes = sizes;
        _seed = seed;
        Categories = [.. sizes.Categories.Select(name => Enum.Parse<Category>(name, ignoreCase: true))];
        Families = [.. TaskFamilies.All.Where(family => Categories.Contains(family.Category))];
        Unseen = [.. Families.Where(family => family.Unseen)];

        Rewarded = ByCategory(category => Training(category, AdapterOptions.Svf, Mlp, RewardObjective));
        NextToken = ByCategory(category => Training(category, AdapterOptions.Svf, Mlp, TokenObjective));
        Lora = ByCategory(category => LoraTrainings(category, Both, TokenObjective));
        BaseAnswers = Measure("base", []);
        RewardedAnswers = ByCategory(category => Measure($"{Label(category)} svf {RewardObjective}", [Rewarded[category]]));
        NextTokenAnswers = ByCategory(category => Measure($"{Label(category)} svf {TokenObjective}", [NextToken[category]]));
        LoraAnswers = ByCategory(category => Measure($"{Label(category)} lora {TokenObjective}", Lora[category]));

        AdapterTrainingUnit[] experts = [.. Categories.Select(category => Rewarded[category])];
        Dispatch = new DispatchUnit(experts, Unseen, sizes.TestQuestions, seed);
        PassTimes = new PassTimesUnit(experts, Unseen, sizes, seed);
        FewShot = [.. sizes.Shots.Select(shots => new FewShotUnit(experts, Unseen, shots, sizes, seed))];

        AblationCategory = Categories[0];
        Ablation = [.. AblationRows()];

        SecondBase = new SecondBaseUnit(sizes.SecondBaseSteps, seed + 1);
        SecondBaseAnswers = new MeasurementUnit("second base", [], Families, sizes.TestQuestions, seed, SecondBase);
        Transfers = ByCategory(category => new TransferUnit(Rewarded[category], SecondBase, FamiliesOf(category), sizes, seed));
        SecondOwn = ByCategory(category => new AdapterTrainingUnit(
            category, sizes.Recipe(TokenObjective, seed), sizes, SecondBase));
        SecondOwnAnswers = ByCategory(category => new MeasurementUnit(
            $"{Label(category)} second base own", [SecondOwn[category]], FamiliesOf(category), sizes.TestQuestions, seed, SecondBase));

        // The experts first: everything else is about them. The second base model takes longest; a second process gets on meanwhile.
        Units =
        [
            .. ((IEnumerable<ILabUnit>)
            [
                .. Rewarded.Values, BaseAnswers, .. RewardedAnswers.Values, Dispatch, PassTimes,
                .. FewShot.OrderByDescending(unit => unit.Shots == sizes.MainShots),
                SecondBase, SecondBaseAnswers, .. Transfers.Values,
                .. Categories.SelectMany(category => (IEnumerable<ILabUnit>)[.. Lora[category], LoraAnswers[category], NextToken[category], NextTokenAnswers[category]]),
                .. Ablation.SelectMany(row => (IEnumerable<ILabUnit>)[.. row.Answers.Candidates, row.Answers]),
                .. SecondOwn.Values, .. SecondOwnAnswers.Values,
            ]).DistinctBy(unit => unit.Name),
        ];
    }

    /// <summary>How much is computed.</summary>
    public LabSizes Sizes { get; }

    /// <summary>Categories with experts.</summary>
    public IReadOnlyList<Category> Categories { get; }

    /// <summary>Their families.</summary>
    public IReadOnlyList<TaskFamily> Families { get; }

    /// <summary>Those of them that no expert training uses.</summary>
    public IReadOnlyList<TaskFamily> Unseen { get; }

    /// <summary>SVF experts by rewards.</summary>
    public IReadOnlyDictionary<Category, AdapterTrainingUnit> Rewarded { get; }

    /// <summary>SVF experts by next-token prediction.</summary>
    public IReadOnlyDictionary<Category, AdapterTrainingUnit> NextToken { get; }

    /// <summary>Low-rank updates by next-token prediction, of which validation chooses.</summary>
    public IReadOnlyDictionary<Category, IReadOnlyList<AdapterTrainingUnit>> Lora { get; }

    /// <summary>The base model's test answers.</summary>
    public MeasurementUnit BaseAnswers { get; }

    /// <summary>Test answers of <see cref="Rewarded"/>.</summary>
    public IReadOnlyDictionary<Category, MeasurementUnit> RewardedAnswers { get; }

    /// <summary>Test answers of <see cref="NextToken"/>.</summary>
    public IReadOnlyDictionary<Category, MeasurementUnit> NextTokenAnswers { get; }

    /// <summary>Test answers of <see cref="Lora"/>.</summary>
    public IReadOnlyDictionary<Category, MeasurementUnit> LoraAnswers { get; }

    /// <summary>Automatic choices of experts.</summary>
    public DispatchUnit Dispatch { get; }

    /// <summary>Times of the two passes.</summary>
    public PassTimesUnit PassTimes { get; }

    /// <summary>Searches, by the number of shots.</summary>
    public IReadOnlyList<FewShotUnit> FewShot { get; }

    /// <summary>The search that is compared with other ways to adapt.</summary>
    public FewShotUnit MainFewShot => FewShot.First(unit => unit.Shots == Sizes.MainShots);

    /// <summary>The category of <see cref="Ablation"/>.</summary>
    public Category AblationCategory { get; }

    /// <summary>The comparison of objectives, matrices and kinds; the base model is not among the rows.</summary>
    public IReadOnlyList<AblationRow> Ablation { get; }

    /// <summary>The second base model.</summary>
    public SecondBaseUnit SecondBase { get; }

    /// <summary>Its test answers.</summary>
    public MeasurementUnit SecondBaseAnswers { get; }

    /// <summary>Experts by rewards on the second base model.</summary>
    public IReadOnlyDictionary<Category, TransferUnit> Transfers { get; }

    /// <summary>Experts that the second base model has of its own, by next-token prediction.</summary>
    public IReadOnlyDictionary<Category, AdapterTrainingUnit> SecondOwn { get; }

    /// <summary>Their test answers.</summary>
    public IReadOnlyDictionary<Category, MeasurementUnit> SecondOwnAnswers { get; }

    /// <summary>All units; what a unit needs stands before it.</summary>
    public IReadOnlyList<ILabUnit> Units { get; }

    /// <summary>A category's name.</summary>
    public static string Label(Category category) => CorpusGenerator.LabelOf(category);

    /// <summary>A category's families, the unseen one among them.</summary>
    public IReadOnlyList<TaskFamily> FamiliesOf(Category category) => [.. Families.Where(family => family.Category == category)];

    private IEnumerable<AblationRow> AblationRows()
    {
        yield return new(1, AdapterOptions.Svf, RewardObjective, Mlp, RewardedAnswers[AblationCategory]);
        yield return Row(2, AdapterOptions.Svf, RewardObjective, Attention);
        yield return Row(3, AdapterOptions.Svf, RewardObjective, Both);
        yield return Row(4, AdapterOptions.Svf, TokenObjective, Attention);
        yield return Row(5, AdapterOptions.Lora, RewardObjective, Attention);
        yield return Row(6, AdapterOptions.Lora, TokenObjective, Attention);
        yield return new(7, AdapterOptions.Lora, TokenObjective, Both, LoraAnswers[AblationCategory]);
    }

    private AblationRow Row(int number, string kind, string objective, string modules) => new(
        number,
        kind,
        objective,
        modules,
        new MeasurementUnit(
            $"table 4 row {number}",
            kind == AdapterOptions.Lora ? LoraTrainings(AblationCategory, modules, objective) : [Training(AblationCategory, kind, modules, objective)],
            FamiliesOf(AblationCategory),
            Sizes.TestQuestions,
            _seed));

    private AdapterTrainingUnit[] LoraTrainings(Category category, string modules, string objective) =>
        [.. (objective == RewardObjective ? Sizes.LoraRewardRates : Sizes.LoraRates).Select(rate => Training(category, AdapterOptions.Lora, modules, objective, rate))];

    private AdapterTrainingUnit Training(Category category, string kind, string modules, string objective, double? rate = null)
    {
        var recipe = Sizes.Recipe(objective, _seed);
        return new AdapterTrainingUnit(
            category, recipe with { Adapter = new AdapterOptions { Kind = kind, Modules = modules }, LearningRate = rate ?? recipe.LearningRate }, Sizes);
    }

    private MeasurementUnit Measure(string name, IReadOnlyList<AdapterTrainingUnit> candidates) => new(name, candidates, Families, Sizes.TestQuestions, _seed);

    private Dictionary<Category, T> ByCategory<T>(Func<Category, T> make) => Categories.ToDictionary(category => category, make);

    private Dictionary<Category, IReadOnlyList<AdapterTrainingUnit>> ByCategory(Func<Category, AdapterTrainingUnit[]> make) =>
        Categories.ToDictionary(category => category, category => (IReadOnlyList<AdapterTrainingUnit>)make(category));
}
