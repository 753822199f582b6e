using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>One upload: metadata, then the file in chunks.</summary>
internal static class ExpertUpload
{
    // A quarter of the largest message that the platform takes: small enough for even progress.
    private const int ChunkBytes = 256 * 1024;

    public static async Task<Expert> RunAsync(
        ExpertService.ExpertServiceClient stub,
        Rpc rpc,
        UploadExpertMetadata metadata,
        Stream content,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(content);
        metadata = content.CanSeek ? await DescribedAsync(metadata, content, cancellationToken) : metadata;
        using var call = stub.UploadExpert(cancellationToken: cancellationToken);
        if (await OfferAsync(call.RequestStream, new UploadExpertRequest { Metadata = metadata }, cancellationToken)
            && await SendAsync(call.RequestStream, metadata, content, progress, cancellationToken))
        {
            await call.RequestStream.CompleteAsync();
        }

        return (await rpc.AwaitAsync(call.ResponseAsync, cancellationToken)).Expert;
    }

    private static async Task<UploadExpertMetadata> DescribedAsync(
        UploadExpertMetadata metadata, Stream content, CancellationToken cancellationToken)
    {
        var described = metadata.Clone();
        var start = content.Position;
        if (!described.HasSizeBytes)
        {
            described.SizeBytes = content.Length - start;
        }

        if (described.Sha256.Length == 0)
        {
            described.Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
            content.Position = start;
        }

        return described;
    }

    private static async Task<bool> SendAsync(
        IClientStreamWriter<UploadExpertRequest> requests,
        UploadExpertMetadata metadata,
        Stream content,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkBytes];
        long sent = 0;
        while (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is var read && read > 0)
        {
            var request = new UploadExpertRequest { Chunk = ByteString.CopyFrom(buffer, 0, read) };
            if (!await OfferAsync(requests, request, cancellationToken))
            {
                return false;
            }

            sent += read;
            progress?.Report(new TransferProgress(sent, metadata.HasSizeBytes ? metadata.SizeBytes : null));
        }

        return true;
    }

    // False when the server has answered already: its answer says why it reads no further.
    private static async Task<bool> OfferAsync(
        IClientStreamWriter<UploadExpertRequest> requests, UploadExpertRequest request, CancellationToken cancellationToken)
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
