namespace Transformer2.Abstractions;

/// <summary>Refusals that several parts of the platform make.</summary>
public static class AdaptationErrors
{
    /// <summary>There is no such job, or not for this caller.</summary>
    public static PlatformException NotFound(AdaptationId id) => new(ErrorReason.AdaptationNotFound, $"There is no adaptation '{id}'.");

    /// <summary>There is no such training, or not for this caller.</summary>
    public static PlatformException NoTraining(AdaptationId id) => new(ErrorReason.TrainingNotFound, $"There is no training '{id}'.");
}
