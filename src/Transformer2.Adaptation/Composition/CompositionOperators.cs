namespace Transformer2.Adaptation.Composition;

/// <summary>The operators that there are.</summary>
public static class CompositionOperators
{
    private static readonly ICompositionOperator[] All = [new LinearComposition(), new SoftComposition(), new NormPreservingComposition()];

    /// <summary>The operator that holds where nothing else is said.</summary>
    public const string Linear = "linear";

    /// <summary>The names of all operators, for messages.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(known => known.Name)];

    /// <summary>The operator of a name, or null. Names are compared letter by letter.</summary>
    public static ICompositionOperator? Find(string name) => Array.Find(All, known => known.Name == name);
}
