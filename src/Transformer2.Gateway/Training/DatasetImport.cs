using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>The way by which a data set comes to a tenant: validated, then stored, then committed; or not at all.</summary>
internal sealed class DatasetImport(IGrainFactory grains, IDatasetBlobStore blobs, IDatasetReader reader)
{
    private const int Attempts = 3;

    /// <summary>Imports a file. It is not cancelled half-way.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="write">Under which id, and what it may replace.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="sha256">What its digest must be; empty for any.</param>
    /// <exception cref="PlatformException">It is no data set, or is refused; nothing of it is kept.</exception>
    public async Task<DatasetRecord> Import(TenantId tenant, DatasetWrite write, ReadOnlyMemory<byte> file, string sha256)
    {
        var digest = ContentDigest.Of(file.Span);
        if (sha256.Length > 0 && sha256 != digest.Value)
            throw new PlatformException(
                ErrorReason.ChecksumMismatch, "The file has not the stated SHA-256.", ("expected", sha256), ("actual", digest.Value));
        var content = reader.Read(file);
        var library = grains.GetGrain<IDatasetLibraryGrain>(tenant.Value);
        for (var attempt = 1; ; attempt++)
        {
            await blobs.PutAsync(tenant, file, CancellationToken.None);
            try
            {
                return await library.Put(write with { SizeBytes = file.Length }, content);
            }
            catch (PlatformException exception) when (exception.Reason == ErrorReason.Conflict && attempt < Attempts)
            {
                // Another data set with the same content was deleted between the two steps, and the file with it.
            }
            catch (PlatformException)
            {
                await library.Discard(content.Digest);
                throw;
            }
        }
    }
}
