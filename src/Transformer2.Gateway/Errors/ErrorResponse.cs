using System.Globalization;
using System.Net.Mime;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Ends a request with an error before any service was reached, in the protocol that the request speaks.</summary>
public static class ErrorResponse
{
    /// <summary>Whether a request speaks gRPC.</summary>
    public static bool IsGrpc(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Writes the error: for gRPC a response of headers only, because clients cannot see details behind a bare HTTP status.
    /// </summary>
    public static Task Write(HttpContext context, PlatformException error)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(error);
        var response = context.Response;
        if (!context.Request.IsGrpc())
        {
            response.StatusCode = error.Kind.ToHttpStatus();
            response.ContentType = MediaTypeNames.Text.Plain;
            return response.WriteAsync($"{error.Reason}: {error.Message}\n");
        }

        var status = error.ToStatus();
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = status.Code.ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = ErrorMapping.ToHeader(status.Message);
        response.Headers[ErrorMapping.DetailsHeader] = status.ToDetails();
        return Task.CompletedTask;
    }

    private static int ToHttpStatus(this ErrorKind kind) => kind switch
    {
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.PermissionDenied => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.AlreadyExists or ErrorKind.Aborted => StatusCodes.Status409Conflict,
        ErrorKind.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.InvalidArgument or ErrorKind.FailedPrecondition => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };
}
