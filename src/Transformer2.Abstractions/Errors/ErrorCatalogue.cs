using System.Collections.Frozen;

namespace Transformer2.Abstractions;

/// <summary>What each <see cref="ErrorReason"/> means for a caller: the one table that every protocol's mapping starts from.</summary>
public static class ErrorCatalogue
{
    private static readonly FrozenDictionary<string, ErrorKind> Kinds = new Dictionary<string, ErrorKind>
    {
        [ErrorReason.Internal] = ErrorKind.Internal,
        [ErrorReason.TenantMismatch] = ErrorKind.Internal,
        [ErrorReason.ApiKeyMissing] = ErrorKind.Unauthenticated,
        [ErrorReason.ApiKeyInvalid] = ErrorKind.Unauthenticated,
        [ErrorReason.AdminKeyRequired] = ErrorKind.PermissionDenied,
        [ErrorReason.TenantKeyRequired] = ErrorKind.PermissionDenied,
        [ErrorReason.DispatchRefused] = ErrorKind.FailedPrecondition,
        [ErrorReason.ScoreNotFinite] = ErrorKind.FailedPrecondition,
        [ErrorReason.AdaptationNotFound] = ErrorKind.NotFound,
        [ErrorReason.AdaptationExists] = ErrorKind.AlreadyExists,
        [ErrorReason.AdaptationQuota] = ErrorKind.ResourceExhausted,
        [ErrorReason.Cancelled] = ErrorKind.Aborted,
        [ErrorReason.TrainingNotFound] = ErrorKind.NotFound,
        [ErrorReason.TrainingDiverged] = ErrorKind.FailedPrecondition,
        [ErrorReason.RewardFailed] = ErrorKind.FailedPrecondition,
        [ErrorReason.DatasetNotFound] = ErrorKind.NotFound,
        [ErrorReason.DatasetExists] = ErrorKind.AlreadyExists,
        [ErrorReason.DatasetQuota] = ErrorKind.ResourceExhausted,
        [ErrorReason.DatasetDamaged] = ErrorKind.DataLoss,
        [ErrorReason.ExpertQuarantined] = ErrorKind.FailedPrecondition,
        [ErrorReason.BaseMismatch] = ErrorKind.FailedPrecondition,
        [ErrorReason.DecompositionMismatch] = ErrorKind.FailedPrecondition,
        [ErrorReason.EtagMismatch] = ErrorKind.FailedPrecondition,
        [ErrorReason.NonFiniteLogits] = ErrorKind.FailedPrecondition,
        [ErrorReason.ExpertNotFound] = ErrorKind.NotFound,
        [ErrorReason.TenantNotFound] = ErrorKind.NotFound,
        [ErrorReason.ApiKeyNotFound] = ErrorKind.NotFound,
        [ErrorReason.ExpertExists] = ErrorKind.AlreadyExists,
        [ErrorReason.TenantExists] = ErrorKind.AlreadyExists,
        [ErrorReason.TooLarge] = ErrorKind.ResourceExhausted,
        [ErrorReason.ExpertQuota] = ErrorKind.ResourceExhausted,
        [ErrorReason.ApiKeyQuota] = ErrorKind.ResourceExhausted,
        [ErrorReason.TenantQuota] = ErrorKind.ResourceExhausted,
        [ErrorReason.UploadsBusy] = ErrorKind.ResourceExhausted,
        [ErrorReason.Overloaded] = ErrorKind.ResourceExhausted,
        [ErrorReason.MessageTooLarge] = ErrorKind.ResourceExhausted,
        [ErrorReason.UnknownMethod] = ErrorKind.Unimplemented,
        [ErrorReason.UploadTimeout] = ErrorKind.DeadlineExceeded,
        [ErrorReason.QueueTimeout] = ErrorKind.DeadlineExceeded,
        [ErrorReason.Conflict] = ErrorKind.Aborted,
        [ErrorReason.EngineUnavailable] = ErrorKind.Unavailable,
        [ErrorReason.Draining] = ErrorKind.Unavailable,
        [ErrorReason.ExpertDamaged] = ErrorKind.DataLoss,
    }.ToFrozenDictionary();

    /// <summary>
    /// The kind of an error. Every reason without an entry, such as those of the expert file format, is about the request's content.
    /// </summary>
    public static ErrorKind KindOf(string reason) => Kinds.GetValueOrDefault(reason, ErrorKind.InvalidArgument);
}
