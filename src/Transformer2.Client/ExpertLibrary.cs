using System.Runtime.CompilerServices;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>The experts of the key's tenant. An expert is named by its id, or in full as <c>tenants/{tenant}/experts/{expert}</c>.</summary>
public sealed class ExpertLibrary
{
    private readonly ExpertService.ExpertServiceClient _stub;
    private readonly Rpc _rpc;

    internal ExpertLibrary(ExpertService.ExpertServiceClient stub, Rpc rpc) => (_stub, _rpc) = (stub, rpc);

    /// <summary>
    /// Uploads an expert file. The platform validates all of it before it keeps anything. From a stream that can seek, its size and SHA-256 are
    /// sent ahead, so that a file damaged on the way is refused.
    /// </summary>
    /// <param name="metadata">Id and options; what it says of size and SHA-256 is used as it stands.</param>
    /// <param name="content">The file, read from the current position to its end.</param>
    /// <param name="progress">Is told after every chunk.</param>
    /// <param name="cancellationToken">Ends the upload; nothing is kept then.</param>
    /// <returns>The expert as it is kept now.</returns>
    public async Task<Expert> UploadAsync(
        UploadExpertMetadata metadata,
        Stream content,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(content);
        metadata = metadata.Clone();
        if (content.CanSeek && (!metadata.HasSizeBytes || metadata.Sha256.Length == 0))
        {
            var (size, sha256) = await FileUpload.DescribeAsync(content, cancellationToken);
            metadata.SizeBytes = metadata.HasSizeBytes ? metadata.SizeBytes : size;
            metadata.Sha256 = metadata.Sha256.Length > 0 ? metadata.Sha256 : sha256;
        }

        using var call = _stub.UploadExpert(cancellationToken: cancellationToken);
        var response = await FileUpload.RunAsync(
            call,
            new UploadExpertRequest { Metadata = metadata },
            chunk => new UploadExpertRequest { Chunk = chunk },
            content,
            metadata.HasSizeBytes ? metadata.SizeBytes : null,
            progress,
            _rpc,
            cancellationToken);
        return response.Expert;
    }

    /// <summary>Uploads an expert file that is in memory.</summary>
    /// <inheritdoc cref="UploadAsync(UploadExpertMetadata, Stream, IProgress{TransferProgress}, CancellationToken)"/>
    public async Task<Expert> UploadAsync(
        UploadExpertMetadata metadata, byte[] content, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream(content, writable: false);
        return await UploadAsync(metadata, stream, progress: null, cancellationToken);
    }

    /// <summary>Downloads an expert file, byte for byte as it was uploaded, and checks it against its size and SHA-256.</summary>
    /// <param name="name">The expert.</param>
    /// <param name="destination">Takes the file. What was written stays there when the download fails.</param>
    /// <param name="progress">Is told after every chunk.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    public Task<Expert> DownloadAsync(
        string name, Stream destination, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ExpertDownload.RunAsync(_stub, _rpc, name, destination, progress, cancellationToken);

    /// <summary>One expert's description.</summary>
    public async Task<Expert> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.GetExpertAsync(
            new GetExpertRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Expert;

    /// <summary>All experts, ordered by id, fetched page by page.</summary>
    /// <param name="pageSize">Experts per page; 0 leaves it to the server.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<Expert> ListAsync(
        int pageSize = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListExpertsRequest { PageSize = pageSize };
        do
        {
            var page = await _rpc.CallAsync(_stub.ListExpertsAsync(request, cancellationToken: cancellationToken), cancellationToken);
            foreach (var expert in page.Experts)
            {
                yield return expert;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Removes an expert.</summary>
    /// <param name="name">The expert.</param>
    /// <param name="etag">Remove it only if it still has this etag; empty for any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task DeleteAsync(string name, string etag = "", CancellationToken cancellationToken = default) =>
        _rpc.CallAsync(_stub.DeleteExpertAsync(
            new DeleteExpertRequest { Name = name, Etag = etag }, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Lets an expert answer that is in quarantine because it did not pass the gates of its training.</summary>
    /// <param name="name">The expert.</param>
    /// <param name="etag">Release it only if it still has this etag; empty for any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The expert as it is kept now.</returns>
    public async Task<Expert> ReleaseAsync(string name, string etag = "", CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.ReleaseExpertAsync(
            new ReleaseExpertRequest { Name = name, Etag = etag }, cancellationToken: cancellationToken), cancellationToken)).Expert;
}
