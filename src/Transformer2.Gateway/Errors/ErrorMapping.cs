using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Transformer2.Abstractions;
using Status = Google.Rpc.Status;

namespace Transformer2.Gateway;

/// <summary>From the platform's errors to gRPC's, with machine-readable details.</summary>
public static class ErrorMapping
{
    /// <summary>Domain of every <see cref="ErrorInfo"/>.</summary>
    public const string Domain = "transformer2";

    /// <summary>The status that an error ends a call with.</summary>
    public static Status ToStatus(this PlatformException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var info = new ErrorInfo { Reason = exception.Reason, Domain = Domain };
        info.Metadata.Add(exception.Metadata);
        var status = ToStatus(exception.Kind.ToStatusCode(), exception.Message, info);
        if (exception.Reason == ErrorReason.InvalidField)
        {
            var violation = new BadRequest.Types.FieldViolation { Field = exception.Metadata["field"], Description = exception.Message };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        if (exception.RetryAfter is { } delay)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        return status;
    }

    /// <summary>A status with a reason.</summary>
    public static Status ToStatus(StatusCode code, string message, string reason) =>
        ToStatus(code, message, new ErrorInfo { Reason = reason, Domain = Domain });

    /// <summary>The status code of a kind of errors.</summary>
    public static StatusCode ToStatusCode(this ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => StatusCode.InvalidArgument,
        ErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.Unauthenticated => StatusCode.Unauthenticated,
        ErrorKind.PermissionDenied => StatusCode.PermissionDenied,
        ErrorKind.ResourceExhausted => StatusCode.ResourceExhausted,
        ErrorKind.Aborted => StatusCode.Aborted,
        ErrorKind.Unavailable => StatusCode.Unavailable,
        ErrorKind.DeadlineExceeded => StatusCode.DeadlineExceeded,
        ErrorKind.Unimplemented => StatusCode.Unimplemented,
        ErrorKind.DataLoss => StatusCode.DataLoss,
        _ => StatusCode.Internal,
    };

    /// <summary>
    /// The form in which the message travels in the header or trailer <c>grpc-message</c>: UTF-8, percent-encoded except for printable
    /// ASCII. More must not be encoded, because some clients undo no more than that.
    /// </summary>
    public static string ToHeader(string message)
    {
        var encoded = new StringBuilder(message.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(message))
        {
            if (octet is >= 0x20 and <= 0x7e and not (byte)'%')
                encoded.Append((char)octet);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>The form in which details travel in the header or trailer <see cref="DetailsHeader"/>.</summary>
    public static string ToDetails(this Status status) => Convert.ToBase64String(status.ToByteArray());

    /// <summary>Name of the header or trailer that holds the details.</summary>
    public const string DetailsHeader = "grpc-status-details-bin";

    private static Status ToStatus(StatusCode code, string message, ErrorInfo info) =>
        new() { Code = (int)code, Message = message, Details = { Any.Pack(info) } };
}
