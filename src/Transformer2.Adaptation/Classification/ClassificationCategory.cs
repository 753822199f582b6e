namespace Transformer2.Adaptation.Classification;

/// <summary>A category that prompts are told apart by.</summary>
/// <param name="Name">The label that the model answers with, on one line; names differ by more than the case of letters.</param>
/// <param name="Description">What prompts belong to it, for the model, on one line; may be empty.</param>
/// <param name="HasTarget">There is an expert, or a mixture, that answers its prompts.</param>
public sealed record ClassificationCategory(string Name, string Description, bool HasTarget)
{
    /// <summary>The name of the category for prompts that fit no other.</summary>
    public const string OtherName = "other";

    /// <summary>Prompts of this category are left to the policy's fall-back on purpose.</summary>
    public bool IsOther => !HasTarget && Name.Equals(OtherName, StringComparison.OrdinalIgnoreCase);
}
