using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Storage;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>
/// Turns whatever a service throws into a status of the contract. What is not expected is logged and shown as nothing but INTERNAL.
/// </summary>
public sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    /// <summary>Key of <see cref="HttpContext.Items"/>: the call's first message was read and its handler began.</summary>
    internal static readonly object Entered = new();

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(request, context));

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(requestStream, context));

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, async () =>
        {
            await continuation(requestStream, responseStream, context);
            return true;
        });

    private async Task<T> Guard<T>(ServerCallContext context, Func<Task<T>> call)
    {
        context.GetHttpContext().Items[Entered] = true;
        try
        {
            return await call();
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception exception)
        {
            throw Expected(exception, context.Method).ToStatus().ToRpcException();
        }
    }

    private PlatformException Expected(Exception exception, string method)
    {
        switch (exception)
        {
            case PlatformException { Kind: not ErrorKind.Internal } expected:
                return expected;
            case InvalidProtocolBufferException:
                return MalformedMessage();
            case InconsistentStateException:
                return new(ErrorReason.Conflict, "Something else changed at the same time; repeat the request.");
            // The last is a stream whose node is gone, or that nobody read from for so long that the node gave it up.
            case OrleansException or TimeoutException or EnumerationAbortedException:
                GatewayLog.Unavailable(logger, method, exception);
                return new(ErrorReason.EngineUnavailable, "The platform cannot answer now; repeat the request.");
            default:
                GatewayLog.Unexpected(logger, method, exception);
                return new(ErrorReason.Internal, "An internal error occurred.");
        }
    }

    internal static PlatformException MalformedMessage() =>
        new(ErrorReason.MalformedMessage, "The message is not what the contract says: cut off, garbled, or with text that is not UTF-8.");
}
