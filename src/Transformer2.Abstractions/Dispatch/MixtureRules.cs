namespace Transformer2.Abstractions;

/// <summary>Which mixtures make sense.</summary>
public static class MixtureRules
{
    /// <summary>The composition z = sum of weight * z, weights as given.</summary>
    public const string Linear = "linear";

    /// <summary>The composition z = 1 + sum of weight * (z - 1): what the weights lack of 1 is the base model's.</summary>
    public const string Soft = "soft";

    /// <summary>The linear composition with weights that are divided by their sum.</summary>
    public const string NormPreserving = "norm-preserving";

    /// <summary>Most terms.</summary>
    public const int MaxTerms = 16;

    /// <summary>Largest weight: beyond it the multipliers of any useful expert drive the model out of its range.</summary>
    public const double MaxWeight = 16;

    /// <summary>Refuses mixtures that make no sense.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidMixture"/>.</exception>
    public static void Require(ExpertSelection.Mixture mixture)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        var terms = mixture.Terms;
        if (terms.Length is 0 or > MaxTerms)
            throw Invalid($"A mixture has 1 to {MaxTerms} terms, not {terms.Length}.");
        if (terms.Any(term => !(term.Weight is >= 0 and <= MaxWeight)))
            throw Invalid($"A weight is a number from 0 to {MaxWeight}.");
        if (terms.Sum(term => term.Weight) <= 0)
            throw Invalid("The weights must not all be 0.");
        if (mixture.Composition is not (Linear or Soft or NormPreserving))
            throw Invalid($"There is no composition '{mixture.Composition}'; there are {Linear}, {Soft} and {NormPreserving}.");
        if (mixture.Composition == Soft && terms.Sum(term => term.Weight) > 1 + 1e-6)
            throw Invalid("The weights of a soft mixture are probabilities: their sum is at most 1.");
        if (terms.DistinctBy(term => term.Expert).Count() != terms.Length)
            throw Invalid("An expert may occur only once in a mixture.");
    }

    private static PlatformException Invalid(string message) => new(ErrorReason.InvalidMixture, message);
}
