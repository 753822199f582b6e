namespace Transformer2.Abstractions;

/// <summary>The one way by which an expert file comes into a library: stored, then committed; or not at all.</summary>
public static class ExpertCommit
{
    private const int Attempts = 3;

    /// <summary>Stores and commits a file that is known to be an expert for the base model. It is not cancelled half-way, and may be repeated.</summary>
    /// <param name="library">The tenant's library.</param>
    /// <param name="blobs">Where files lie.</param>
    /// <param name="tenant">Whose library it is.</param>
    /// <param name="write">Under which id, and what it may replace.</param>
    /// <param name="displayName">A name for people.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="publication">Where a job has made it: what the job says of it.</param>
    /// <exception cref="PlatformException">The library refuses it; nothing of it is kept.</exception>
    public static async Task<ExpertRecord> PutFile(
        this IExpertLibraryGrain library,
        IExpertBlobStore blobs,
        TenantId tenant,
        ExpertWrite write,
        string displayName,
        ReadOnlyMemory<byte> file,
        ExpertContent content,
        ExpertPublication? publication = null)
    {
        ArgumentNullException.ThrowIfNull(library);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(content);
        for (var attempt = 1; ; attempt++)
        {
            await blobs.PutAsync(tenant, file, CancellationToken.None);
            try
            {
                var sized = write with { SizeBytes = file.Length };
                return await (publication is null ? library.Put(sized, displayName, content) : library.Publish(sized, displayName, content, publication));
            }
            catch (PlatformException exception) when (exception.Reason == ErrorReason.Conflict && attempt < Attempts)
            {
                // Another expert with the same content was deleted between the two steps, and the file with it.
            }
            catch (PlatformException)
            {
                await library.Discard(content.Digest);
                throw;
            }
        }
    }
}
