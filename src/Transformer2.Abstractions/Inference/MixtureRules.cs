namespace Transformer2.Abstractions;

/// <summary>Which mixtures make sense.</summary>
public static class MixtureRules
{
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
        if (terms.DistinctBy(term => term.Expert).Count() != terms.Length)
            throw Invalid("An expert may occur only once in a mixture.");
    }

    private static PlatformException Invalid(string message) => new(ErrorReason.InvalidMixture, message);
}
