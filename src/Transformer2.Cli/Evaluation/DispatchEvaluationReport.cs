namespace Transformer2.Cli;

/// <summary>How well automatic dispatch finds the category, and what that is worth.</summary>
/// <param name="Model">The base model's folder.</param>
/// <param name="Split">Which questions.</param>
/// <param name="Questions">Most questions per family.</param>
/// <param name="Seed">Names the sample.</param>
/// <param name="Experts">The categories' experts.</param>
/// <param name="Classifier">The classification expert's file.</param>
/// <param name="Dispatch">What the strategies make of the prompts.</param>
/// <param name="Methods">Accuracy of the answers, by who gives them.</param>
/// <param name="Ratios">Accuracy of automatic choices relative to the right one.</param>
internal sealed record DispatchEvaluationReport(
    string Model,
    string Split,
    int Questions,
    ulong Seed,
    IReadOnlyList<CategoryExpert> Experts,
    string Classifier,
    IReadOnlyList<DispatchConfusion> Dispatch,
    IReadOnlyList<DispatchMethod> Methods,
    IReadOnlyList<DispatchRatio> Ratios);

/// <summary>A category's expert.</summary>
/// <param name="Category">The category.</param>
/// <param name="File">The expert file.</param>
internal sealed record CategoryExpert(string Category, string File);

/// <summary>A strategy's choices.</summary>
/// <param name="Strategy">Its name.</param>
/// <param name="Categories">Per right category.</param>
/// <param name="Trained">Right choices, families that expert training uses.</param>
/// <param name="Unseen">Right choices, families that no expert training uses.</param>
/// <param name="All">Right choices, all families.</param>
internal sealed record DispatchConfusion(
    string Strategy, IReadOnlyList<DispatchConfusionRow> Categories, Accuracy Trained, Accuracy Unseen, Accuracy All);

/// <summary>What became of a category's prompts.</summary>
/// <param name="Category">The right category.</param>
/// <param name="Given">How often each category was chosen, in the order of the rows.</param>
/// <param name="Right">Right choices.</param>
internal sealed record DispatchConfusionRow(string Category, IReadOnlyList<int> Given, Accuracy Right);

/// <summary>Right answers.</summary>
/// <param name="Name">Who answers.</param>
/// <param name="Trained">Families that expert training uses.</param>
/// <param name="Unseen">Families that no expert training uses.</param>
/// <param name="All">All families.</param>
internal sealed record DispatchMethod(string Name, Accuracy Trained, Accuracy Unseen, Accuracy All);

/// <summary>A method's accuracy divided by that of the right choice.</summary>
/// <param name="Name">The method.</param>
/// <param name="Trained">Families that expert training uses; null where the right choice has no right answer.</param>
/// <param name="Unseen">Families that no expert training uses.</param>
/// <param name="All">All families.</param>
internal sealed record DispatchRatio(string Name, double? Trained, double? Unseen, double? All);
