using Grpc.Core;

namespace Transformer2.Gateway.Tests;

/// <summary>Calls any method with any bytes, which a generated client would not send.</summary>
internal static class RawCall
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    /// <summary>Sends messages, and reads all answers. On the wire every kind of method looks like a duplex stream.</summary>
    public static async Task Send(TestPlatform platform, string fullName, Metadata? headers, params byte[][] messages)
    {
        var split = fullName.LastIndexOf('.');
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, fullName[..split], fullName[(split + 1)..], Bytes, Bytes);
        using var channel = platform.Connect();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            method, null, new CallOptions(headers, cancellationToken: TestContext.Current.CancellationToken));
        try
        {
            foreach (var message in messages)
                await call.RequestStream.WriteAsync(message);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            // The answer says why the server did not read on.
        }

        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
        }
    }
}
