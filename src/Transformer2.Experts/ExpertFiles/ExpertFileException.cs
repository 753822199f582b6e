namespace Transformer2.Experts;

/// <summary>A file that is not an expert, or not one for this base model.</summary>
public sealed class ExpertFileException(string reason, string message, long? position = null, Exception? innerException = null)
    : FormatException(position is null || innerException is not null ? message : $"{message} (byte {position})", innerException)
{
    /// <summary>A stable code from <see cref="ExpertFileReason"/> or <see cref="SafetensorsReason"/>.</summary>
    public string Reason { get; } = reason;

    /// <summary>The byte of the file at which the fault lies, where there is one.</summary>
    public long? Position { get; } = position;

    /// <summary>For a mismatch of fingerprints, the one that is needed.</summary>
    public string? ExpectedFingerprint { get; init; }

    /// <summary>For a mismatch of fingerprints, the file's.</summary>
    public string? ActualFingerprint { get; init; }
}

/// <summary>The reasons of <see cref="ExpertFileException"/> beside those of <see cref="SafetensorsReason"/>.</summary>
public static class ExpertFileReason
{
    /// <summary>The file is larger than any expert.</summary>
    public const string TooLarge = "TOO_LARGE";

    /// <summary>The file has no tensor.</summary>
    public const string Empty = "EMPTY";

    /// <summary>A required metadata entry is absent.</summary>
    public const string MetadataMissing = "METADATA_MISSING";

    /// <summary>Made for another base model.</summary>
    public const string BaseMismatch = "BASE_MISMATCH";

    /// <summary>Made on another decomposition of the base model.</summary>
    public const string DecompositionMismatch = "DECOMPOSITION_MISMATCH";

    /// <summary>A tensor that belongs to no adaptable matrix of the base model.</summary>
    public const string UnknownMatrix = "UNKNOWN_MATRIX";

    /// <summary>A tensor that has not one value per singular value.</summary>
    public const string ShapeMismatch = "SHAPE_MISMATCH";

    /// <summary>A multiplier that is not finite, subnormal or too large, or a tensor of zeros only.</summary>
    public const string ValueRange = "VALUE_RANGE";
}
