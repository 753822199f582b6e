using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;

namespace Transformer2.Client;

/// <summary>One upload of any kind: metadata, then the file in chunks.</summary>
internal static class FileUpload
{
    // A quarter of the largest message that the platform takes: small enough for even progress.
    private const int ChunkBytes = 256 * 1024;

    /// <param name="call">The call.</param>
    /// <param name="metadata">The first message.</param>
    /// <param name="chunk">Makes a message of bytes.</param>
    /// <param name="content">The file, read from the current position to its end.</param>
    /// <param name="size">Its size, where that is known.</param>
    /// <param name="progress">Is told after every chunk.</param>
    /// <param name="rpc">Awaits the answer.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public static async Task<TResponse> RunAsync<TRequest, TResponse>(
        AsyncClientStreamingCall<TRequest, TResponse> call,
        TRequest metadata,
        Func<ByteString, TRequest> chunk,
        Stream content,
        long? size,
        IProgress<TransferProgress>? progress,
        Rpc rpc,
        CancellationToken cancellationToken)
    {
        if (await OfferAsync(call.RequestStream, metadata, cancellationToken)
            && await SendAsync(call.RequestStream, chunk, content, size, progress, cancellationToken))
        {
            await call.RequestStream.CompleteAsync();
        }

        return await rpc.AwaitAsync(call.ResponseAsync, cancellationToken);
    }

    /// <summary>Size and SHA-256 of what a stream that can seek still holds; it is left where it was.</summary>
    public static async Task<(long Size, string Sha256)> DescribeAsync(Stream content, CancellationToken cancellationToken)
    {
        var start = content.Position;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        content.Position = start;
        return (content.Length - start, sha256);
    }

    private static async Task<bool> SendAsync<TRequest>(
        IClientStreamWriter<TRequest> requests,
        Func<ByteString, TRequest> chunk,
        Stream content,
        long? size,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkBytes];
        long sent = 0;
        while (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is var read && read > 0)
        {
            if (!await OfferAsync(requests, chunk(ByteString.CopyFrom(buffer, 0, read)), cancellationToken))
            {
                return false;
            }

            sent += read;
            progress?.Report(new TransferProgress(sent, size));
        }

        return true;
    }

    // False when the server has answered already: its answer says why it reads no further.
    private static async Task<bool> OfferAsync<TRequest>(IClientStreamWriter<TRequest> requests, TRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await requests.WriteAsync(request, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
