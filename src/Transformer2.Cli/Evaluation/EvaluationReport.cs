namespace Transformer2.Cli;

/// <summary>Accuracy of the base model and of experts.</summary>
/// <param name="Model">The base model's folder.</param>
/// <param name="Split">Which questions.</param>
/// <param name="Questions">Most questions per family.</param>
/// <param name="Seed">Names the sample.</param>
/// <param name="Columns">What was measured: <c>base</c>, then the experts.</param>
/// <param name="Families">Per family.</param>
/// <param name="Categories">Per category, apart for families that expert training uses and those that it never sees.</param>
internal sealed record EvaluationReport(
    string Model,
    string Split,
    int Questions,
    ulong Seed,
    IReadOnlyList<EvaluationColumn> Columns,
    IReadOnlyList<EvaluationRow> Families,
    IReadOnlyList<EvaluationRow> Categories);

/// <summary>What a column measures.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="File">The expert file; null for the base model.</param>
internal sealed record EvaluationColumn(string Name, string? File);

/// <summary>A line of the report.</summary>
/// <param name="Name">The family; the category for a sum.</param>
/// <param name="Category">The category.</param>
/// <param name="Unseen">No expert training uses the family.</param>
/// <param name="Results">One per column.</param>
internal sealed record EvaluationRow(string Name, string Category, bool Unseen, IReadOnlyList<Accuracy> Results);
