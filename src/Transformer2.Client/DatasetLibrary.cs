using System.Runtime.CompilerServices;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>The data sets of the key's tenant. One is named by its id, or in full as <c>tenants/{tenant}/datasets/{dataset}</c>.</summary>
public sealed class DatasetLibrary
{
    private readonly TrainingService.TrainingServiceClient _stub;
    private readonly Rpc _rpc;

    internal DatasetLibrary(TrainingService.TrainingServiceClient stub, Rpc rpc) => (_stub, _rpc) = (stub, rpc);

    /// <summary>
    /// Uploads a data set, JSON lines. The platform checks every line before it keeps anything. From a stream that can seek, its size and SHA-256 are
    /// sent ahead, so that a file damaged on the way is refused.
    /// </summary>
    /// <param name="metadata">Id and options; what it says of size and SHA-256 is used as it stands.</param>
    /// <param name="content">The file, read from the current position to its end.</param>
    /// <param name="progress">Is told after every chunk.</param>
    /// <param name="cancellationToken">Ends the upload; nothing is kept then.</param>
    /// <returns>The data set as it is kept now.</returns>
    public async Task<Dataset> UploadAsync(
        UploadDatasetMetadata metadata, Stream content, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
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

        using var call = _stub.UploadDataset(cancellationToken: cancellationToken);
        var response = await FileUpload.RunAsync(
            call,
            new UploadDatasetRequest { Metadata = metadata },
            chunk => new UploadDatasetRequest { Chunk = chunk },
            content,
            metadata.HasSizeBytes ? metadata.SizeBytes : null,
            progress,
            _rpc,
            cancellationToken);
        return response.Dataset;
    }

    /// <summary>One data set's description.</summary>
    public async Task<Dataset> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.GetDatasetAsync(new GetDatasetRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Dataset;

    /// <summary>All data sets, ordered by id, fetched page by page.</summary>
    /// <param name="pageSize">Data sets per page; 0 leaves it to the server.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<Dataset> ListAsync(int pageSize = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListDatasetsRequest { PageSize = pageSize };
        do
        {
            var page = await _rpc.CallAsync(_stub.ListDatasetsAsync(request, cancellationToken: cancellationToken), cancellationToken);
            foreach (var dataset in page.Datasets)
            {
                yield return dataset;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Removes a data set. Jobs that have begun with it go on.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _rpc.CallAsync(_stub.DeleteDatasetAsync(new DeleteDatasetRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken);
}
