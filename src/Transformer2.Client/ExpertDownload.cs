using System.Security.Cryptography;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>One download: the description, then the file in chunks.</summary>
internal static class ExpertDownload
{
    public static async Task<Expert> RunAsync(
        ExpertService.ExpertServiceClient stub,
        Rpc rpc,
        string name,
        Stream destination,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var call = stub.DownloadExpert(new DownloadExpertRequest { Name = name }, cancellationToken: cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Expert? expert = null;
        long received = 0;
        while (await rpc.NextAsync(call.ResponseStream, cancellationToken))
        {
            var message = call.ResponseStream.Current;
            if (message.PayloadCase == DownloadExpertResponse.PayloadOneofCase.Expert)
            {
                expert = message.Expert;
                continue;
            }

            hash.AppendData(message.Chunk.Span);
            await destination.WriteAsync(message.Chunk.Memory, cancellationToken);
            received += message.Chunk.Length;
            progress?.Report(new TransferProgress(received, expert?.SizeBytes));
        }

        return expert is not null && received == expert.SizeBytes && Convert.ToHexStringLower(hash.GetHashAndReset()) == expert.Digest
            ? expert
            : throw new Transformer2Exception(
                StatusCode.DataLoss, "CHECKSUM_MISMATCH", $"The download of '{name}' is not what the library holds: repeat it.");
    }
}
