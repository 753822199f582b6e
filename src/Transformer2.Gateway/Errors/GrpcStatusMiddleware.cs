using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;
using Status = Google.Rpc.Status;

namespace Transformer2.Gateway;

/// <summary>
/// Completes the statuses that the gRPC library sets by itself. It reads and checks the first message before any interceptor runs, so that
/// a garbled one would look like a fault of the server; and it adds no details.
/// </summary>
public sealed class GrpcStatusMiddleware(RequestDelegate next, ILogger<GrpcStatusMiddleware> logger)
{
    /// <summary>Handles a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.IsGrpc())
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            GatewayLog.Unexpected(logger, context.Request.Path, exception);
            await ErrorResponse.Write(context, new(ErrorReason.Internal, "An internal error occurred."));
            return;
        }

        var headers = context.Response.HasStarted
            ? context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
            : context.Response.Headers;
        if (headers is { IsReadOnly: false } && Complete(context, headers) is { } status)
        {
            headers["grpc-status"] = status.Code.ToString(CultureInfo.InvariantCulture);
            headers["grpc-message"] = ErrorMapping.ToHeader(status.Message);
            headers[ErrorMapping.DetailsHeader] = status.ToDetails();
        }
    }

    private static Status? Complete(HttpContext context, IHeaderDictionary headers)
    {
        if (headers.ContainsKey(ErrorMapping.DetailsHeader) || !int.TryParse(headers["grpc-status"], out var code))
            return null;
        var message = Uri.UnescapeDataString(headers["grpc-message"].ToString());
        return (StatusCode)code switch
        {
            StatusCode.Unknown or StatusCode.Internal when !context.Items.ContainsKey(ErrorInterceptor.Entered) =>
                ErrorInterceptor.MalformedMessage().ToStatus(),
            StatusCode.ResourceExhausted => ErrorMapping.ToStatus(StatusCode.ResourceExhausted, message, ErrorReason.MessageTooLarge),
            StatusCode.Unimplemented => ErrorMapping.ToStatus(StatusCode.Unimplemented, message, ErrorReason.UnknownMethod),
            _ => null,
        };
    }
}
