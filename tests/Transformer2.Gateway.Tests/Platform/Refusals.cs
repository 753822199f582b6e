using Google.Rpc;
using Grpc.Core;

namespace Transformer2.Gateway.Tests;

/// <summary>What a refused call says.</summary>
internal static class Refusals
{
    /// <summary>The call must fail with this status and reason.</summary>
    public static async Task<RpcException> Refused(this Task call, StatusCode status, string reason)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((status, reason), (exception.StatusCode, exception.Info()?.Reason));
        Assert.Equal("transformer2", exception.Info()!.Domain);
        return exception;
    }

    public static Task<RpcException> Refused<T>(this AsyncUnaryCall<T> call, StatusCode status, string reason) =>
        call.ResponseAsync.Refused(status, reason);

    public static ErrorInfo? Info(this RpcException exception) => exception.GetRpcStatus()?.GetDetail<ErrorInfo>();
}
