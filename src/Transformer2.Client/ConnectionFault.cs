using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace Transformer2.Client;

/// <summary>Why a call reached no platform, told so that whoever typed the address can mend it.</summary>
internal static class ConnectionFault
{
    // What the transport says of an answer that is HTTP but not gRPC.
    private const string NotGrpc = "Bad gRPC response.";

    /// <summary>The exception to throw; null when it was a platform that answered.</summary>
    /// <param name="address">Where the call went.</param>
    /// <param name="exception">How it ended.</param>
    public static Transformer2Exception? Of(Uri address, RpcException exception) =>
        Explain($"{address.Scheme}://{address.Authority}", address, exception) is { } message
            ? new Transformer2Exception(StatusCode.Unavailable, "", message, innerException: exception)
            : null;

    private static string? Explain(string server, Uri address, RpcException exception)
    {
        foreach (var cause in Causes(exception.Status.DebugException))
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"There is no host '{address.Host}' ({server}).";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"Nothing listens at {server}: is the server running, and is this its gRPC port?";
                case SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut }:
                    return $"{server} cannot be reached from here.";
                case AuthenticationException tls:
                    return $"No secure connection to {server}: either it speaks without TLS (http://), or its certificate is not trusted. {tls.Message}";
                case TimeoutException:
                    return $"{server} does not answer: is this the server's gRPC port?";
            }
        }

        return exception.Status switch
        {
            { DebugException: HttpRequestException or IOException or SocketException } =>
                $"{server} ended the connection, or does not speak gRPC: is this the server's gRPC port, and is http or https right?",
            { StatusCode: StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unavailable } => null,
            { Detail: var detail } when detail.StartsWith(NotGrpc, StringComparison.Ordinal) =>
                $"{server} does not speak gRPC: is this the server's gRPC port?{detail[NotGrpc.Length..]}",
            _ => null,
        };
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }
}
