using Grpc.Core;

namespace Transformer2.Client;

/// <summary>Awaits calls of the generated stubs and turns their errors into ours.</summary>
/// <param name="address">Where the calls go.</param>
internal sealed class Rpc(Uri address)
{
    public async Task<T> CallAsync<T>(AsyncUnaryCall<T> call, CancellationToken cancellationToken)
    {
        using (call)
        {
            return await AwaitAsync(call.ResponseAsync, cancellationToken);
        }
    }

    public Task<bool> NextAsync<T>(IAsyncStreamReader<T> stream, CancellationToken cancellationToken) =>
        AwaitAsync(stream.MoveNext(cancellationToken), cancellationToken);

    public async Task<T> AwaitAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return await task;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call was cancelled.", exception, cancellationToken);
        }
        catch (RpcException exception)
        {
            throw ConnectionFault.Of(address, exception) ?? Transformer2Exception.From(exception);
        }
    }
}
