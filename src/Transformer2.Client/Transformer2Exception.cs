using System.Collections.ObjectModel;
using Google.Rpc;
using Grpc.Core;

namespace Transformer2.Client;

/// <summary>A call that the platform refused, or that did not reach it.</summary>
/// <param name="statusCode">The gRPC status.</param>
/// <param name="reason">The stable reason, empty when the answer has none (for example when no server was reached).</param>
/// <param name="message">A text for people.</param>
/// <param name="metadata">What the reason is about, for example <c>field</c>.</param>
/// <param name="innerException">The exception of the transport.</param>
public sealed class Transformer2Exception(
    StatusCode statusCode,
    string reason,
    string message,
    IReadOnlyDictionary<string, string>? metadata = null,
    Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The gRPC status.</summary>
    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>The stable reason (<c>google.rpc.ErrorInfo.reason</c>); the protos list them. Empty when the answer has none.</summary>
    public string Reason { get; } = reason;

    /// <summary>What the reason is about.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata ?? ReadOnlyDictionary<string, string>.Empty;

    /// <summary>When it may be worth while to try again (<c>google.rpc.RetryInfo</c>); null when the answer does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reads the details that came with a status.</summary>
    /// <param name="exception">The exception of the generated stubs.</param>
    public static Transformer2Exception From(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = exception.GetRpcStatus();
        var info = status?.GetDetail<ErrorInfo>();
        return new Transformer2Exception(
            exception.StatusCode, info?.Reason ?? "", exception.Status.Detail, info?.Metadata.AsReadOnly(), exception)
        {
            RetryAfter = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
        };
    }
}
