using Grpc.Core;

namespace Transformer2.Client;

/// <summary>Awaits calls of the generated stubs and turns their errors into ours.</summary>
internal static class Rpc
{
    public static async Task<T> CallAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await AwaitAsync(call.ResponseAsync);
        }
    }

    public static Task<bool> NextAsync<T>(IAsyncStreamReader<T> stream, CancellationToken cancellationToken) =>
        AwaitAsync(stream.MoveNext(cancellationToken));

    public static async Task<T> AwaitAsync<T>(Task<T> task)
    {
        try
        {
            return await task;
        }
        catch (RpcException exception)
        {
            throw Transformer2Exception.From(exception);
        }
    }
}
