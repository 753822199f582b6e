namespace Transformer2.Adaptation.Search;

/// <summary>Which examples choose the mixture, and which measure it afterwards and never choose anything.</summary>
/// <param name="Search">Positions of the examples that candidates are scored on.</param>
/// <param name="HoldOut">Positions of the examples that are held out; may be empty.</param>
public sealed record ExampleSplit(IReadOnlyList<int> Search, IReadOnlyList<int> HoldOut)
{
    private const int FewestToSplit = 3;

    /// <summary>
    /// Splits at random, the same for the same seed. One or two examples are too few to hold any out; of more at least one is held out and at
    /// least one is not.
    /// </summary>
    /// <param name="examples">How many examples there are.</param>
    /// <param name="holdOutShare">The share to hold out, in [0, 0.5]; 0 holds none out.</param>
    /// <param name="seed">Names the split.</param>
    public static ExampleSplit Create(int examples, double holdOutShare, ulong seed)
    {
        var order = SeededGenerator.ForSplit(seed).Shuffle(examples);
        var held = examples < FewestToSplit || holdOutShare == 0 ? 0 : Math.Max(1, (int)Math.Round(examples * holdOutShare));
        return new ExampleSplit([.. order[held..].Order()], [.. order[..held].Order()]);
    }
}
