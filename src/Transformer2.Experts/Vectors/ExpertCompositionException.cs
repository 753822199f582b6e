namespace Transformer2.Experts;

/// <summary>Multipliers that cannot be composed.</summary>
public sealed class ExpertCompositionException(string reason, string message) : Exception(message)
{
    /// <summary>A stable code from <see cref="ExpertCompositionReason"/>.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The reasons of <see cref="ExpertCompositionException"/>.</summary>
public static class ExpertCompositionReason
{
    /// <summary>No expert.</summary>
    public const string Empty = "EMPTY";

    /// <summary>A weight is NaN or infinite.</summary>
    public const string WeightNotFinite = "WEIGHT_NOT_FINITE";

    /// <summary>A weight, or the sum of all, is not one that the way of composing takes.</summary>
    public const string WeightOutOfRange = "WEIGHT_OUT_OF_RANGE";

    /// <summary>A composed multiplier overflows.</summary>
    public const string NotFinite = "NOT_FINITE";

    /// <summary>The composed multipliers of a matrix sum to zero or less.</summary>
    public const string NonPositiveSum = "NON_POSITIVE_SUM";

    /// <summary>Two experts have different numbers of multipliers for one matrix.</summary>
    public const string RankMismatch = "RANK_MISMATCH";
}
