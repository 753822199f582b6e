namespace Transformer2.Abstractions;

/// <summary>What a caller can do about an error. Each kind is one status of every outside protocol.</summary>
public enum ErrorKind
{
    /// <summary>A fault of the platform. Its cause is logged, never shown.</summary>
    Internal,

    /// <summary>Change the request.</summary>
    InvalidArgument,

    /// <summary>Change the state that the request needs.</summary>
    FailedPrecondition,

    /// <summary>It does not exist, or not for this caller.</summary>
    NotFound,

    /// <summary>It exists already.</summary>
    AlreadyExists,

    /// <summary>The caller is not known.</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied,

    /// <summary>A limit is reached: free something or try later.</summary>
    ResourceExhausted,

    /// <summary>Something else changed at the same time: read again and repeat.</summary>
    Aborted,

    /// <summary>Repeat the request later.</summary>
    Unavailable,

    /// <summary>It took too long.</summary>
    DeadlineExceeded,

    /// <summary>There is no such operation.</summary>
    Unimplemented,

    /// <summary>Stored content is damaged.</summary>
    DataLoss,
}
