using System.Text.RegularExpressions;

namespace Transformer2.Abstractions;

/// <summary>The platform's own policy, and which policies make sense.</summary>
public static partial class DispatchPolicies
{
    /// <summary>The composition by which the most probable category's experts answer alone.</summary>
    public const string Top = "top";

    /// <summary>Most categories.</summary>
    public const int MaxCategories = 32;

    /// <summary>Longest name of a category.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Longest description of a category.</summary>
    public const int MaxDescriptionLength = 1000;

    /// <summary>Longest part of a template.</summary>
    public const int MaxTemplateLength = 16 << 10;

    /// <summary>
    /// The paper's categories, each answered by the tenant's expert of that name; the base model where there is none. Leaves the strategy open.
    /// </summary>
    public static DispatchPolicy Default { get; } = new()
    {
        Categories =
        [
            new("math", "calculations, quantities, formulas, word problems with numbers"),
            new("code", "programs, functions, expressions of a programming language and their values"),
            new("reasoning", "conclusions from statements, comparisons, choices between options, general knowledge"),
            new("other", "everything else"),
        ],
        Fallback = new(new ExpertSelection.Base()),
        ConfidenceThreshold = 0,
        Mode = ClassificationMode.Labels,
        Classifier = ExpertId.Parse("classifier"),
        Composition = Top,
        Memoize = true,
    };

    /// <summary>Refuses policies that make no sense; what they name need not exist.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidPolicy"/>, <see cref="ErrorReason.InvalidMixture"/>.</exception>
    public static void Require(DispatchPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Strategy is not (null or DispatchStrategy.Prompt or DispatchStrategy.Classifier or DispatchStrategy.Mixture))
            throw Invalid("strategy", $"There is no strategy '{policy.Strategy}'; there are prompt, classifier and mixture.");
        if (policy.ConfidenceThreshold is not (null or (>= 0 and <= 1)))
            throw Invalid("confidence_threshold", "confidence_threshold is not a number from 0 to 1.");
        if (policy.Composition is not (null or Top or MixtureRules.Linear or MixtureRules.Soft or MixtureRules.NormPreserving))
        {
            throw Invalid(
                "composition",
                $"There is no composition '{policy.Composition}'; there are {Top}, {MixtureRules.Linear}, {MixtureRules.Soft} and {MixtureRules.NormPreserving}.");
        }

        if (policy.Categories is { } categories)
        {
            if (categories.Length is < 2 or > MaxCategories)
                throw Invalid("categories", $"There are 2 to {MaxCategories} categories, not {categories.Length}.");
            foreach (var category in categories)
                Require(category);
            if (categories.DistinctBy(category => category.Name, StringComparer.OrdinalIgnoreCase).Count() != categories.Length)
                throw Invalid("categories.name", "Two categories have the same name.");
        }

        RequireTarget(policy.Fallback?.Target, "fallback");
        if (policy.Template is { } template)
            Require(template);
    }

    /// <summary>What a category's name is, in words for error messages.</summary>
    public static string CategoryNameRule => $"1 to {MaxNameLength} of a-z A-Z 0-9 - and _";

    /// <summary>Whether a category may have this name.</summary>
    public static bool IsCategoryName(string name) => name is not null && name.Length <= MaxNameLength && CategoryName().IsMatch(name);

    private static void Require(DispatchCategory category)
    {
        if (!IsCategoryName(category.Name))
            throw Invalid("categories.name", $"A category's name has {CategoryNameRule}.");
        if (category.Description.Length > MaxDescriptionLength)
            throw Invalid("categories.description", $"A category's description has at most {MaxDescriptionLength} characters.");
        RequireTarget(category.Target, "categories.target");
    }

    private static void Require(DispatchTemplate template)
    {
        if (template.Name.Length is 0 or > MaxNameLength)
            throw Invalid("template.name", $"A template's name has 1 to {MaxNameLength} characters.");
        if (template.Version < 1)
            throw Invalid("template.version", "A template's version is at least 1.");
        string[] parts = [template.System ?? "", template.User, template.AnswerPrefix, template.Suffix];
        if (parts.Any(part => part.Length > MaxTemplateLength))
            throw Invalid("template", $"A part of a template has at most {MaxTemplateLength} characters.");
        if (template.User.Split("{prompt}").Length != 2)
            throw Invalid("template.user", "template.user holds {prompt} exactly once.");
    }

    private static void RequireTarget(ExpertSelection? target, string field)
    {
        if (target is ExpertSelection.Auto)
            throw Invalid(field, $"{field} is the base model, an expert or a mixture.");
        if (target is ExpertSelection.Mixture mixture)
            MixtureRules.Require(mixture);
    }

    private static PlatformException Invalid(string field, string message) => new(ErrorReason.InvalidPolicy, message, ("field", field));

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex CategoryName();
}
