using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Selections.</summary>
internal static class Select
{
    public static ExpertSelection Base { get; } = new() { Base = new BaseModel() };

    public static ExpertSelection Auto { get; } = new() { Auto = new Auto() };

    public static ExpertSelection Expert(string name) => new() { Expert = new ExpertRef { Name = name } };

    public static ExpertSelection Mixture(params (string Expert, double Weight)[] terms) => new()
    {
        Mixture = new Mixture { Terms = { terms.Select(term => new MixtureTerm { Expert = term.Expert, Weight = term.Weight }) } },
    };
}
