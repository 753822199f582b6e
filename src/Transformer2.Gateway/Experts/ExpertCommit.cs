using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Brings a validated expert into its tenant's library: first the file, then the entry; or neither.</summary>
public sealed class ExpertCommit(IGrainFactory grains, IExpertBlobStore blobs)
{
    private const int Attempts = 3;

    /// <summary>Commits. It is not cancelled half-way.</summary>
    /// <exception cref="PlatformException">The library refuses the expert; its file is gone again.</exception>
    public async Task<ExpertRecord> Commit(
        TenantId tenant, ExpertWrite write, string displayName, ExpertContent content, ReadOnlyMemory<byte> file)
    {
        ArgumentNullException.ThrowIfNull(content);
        var library = grains.GetGrain<IExpertLibraryGrain>(tenant.Value);
        for (var attempt = 1; ; attempt++)
        {
            await blobs.PutAsync(tenant, file, CancellationToken.None);
            try
            {
                return await library.Put(write, displayName, content);
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
