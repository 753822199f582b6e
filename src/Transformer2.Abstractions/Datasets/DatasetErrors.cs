namespace Transformer2.Abstractions;

/// <summary>Refusals that several parts of the platform make.</summary>
public static class DatasetErrors
{
    /// <summary>There is no such data set, or not for this caller.</summary>
    public static PlatformException NotFound(DatasetId id) => new(ErrorReason.DatasetNotFound, $"There is no data set '{id}'.");
}
