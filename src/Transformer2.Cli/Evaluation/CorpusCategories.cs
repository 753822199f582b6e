using Transformer2.Adaptation.Classification;
using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>The corpus's categories as the platform's own dispatch policy has them.</summary>
internal static class CorpusCategories
{
    // The policy's words: what calibrates labels there must calibrate them here.
    private static readonly (Category Category, string Description)[] All =
    [
        (Category.Math, "calculations, quantities, formulas, word problems with numbers"),
        (Category.Code, "programs, functions, expressions of a programming language and their values"),
        (Category.Reasoning, "conclusions from statements, comparisons, choices between options, general knowledge"),
        (Category.Other, "everything else"),
    ];

    /// <summary>Their names, in the policy's order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(entry => CorpusGenerator.LabelOf(entry.Category))];

    /// <summary>The same with descriptions.</summary>
    /// <param name="hasTarget">Whether a category has an expert.</param>
    public static IReadOnlyList<ClassificationCategory> Of(Func<string, bool> hasTarget) =>
        [.. All.Zip(Names, (entry, name) => new ClassificationCategory(name, entry.Description, hasTarget(name)))];

    /// <summary>A category's place in that order.</summary>
    public static int PlaceOf(Category category) => Array.FindIndex(All, entry => entry.Category == category);
}
