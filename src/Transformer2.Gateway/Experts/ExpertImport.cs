using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>
/// The one way by which an expert file comes into a tenant's library: validated, then stored, then committed; or not at all.
/// </summary>
public sealed class ExpertImport(IGrainFactory grains, IExpertBlobStore blobs, BaseModelSource model)
{
    private const int Attempts = 3;

    /// <summary>Imports a file. It is not cancelled half-way.</summary>
    /// <param name="tenant">Whose library.</param>
    /// <param name="write">Under which id, and what it may replace.</param>
    /// <param name="displayName">A name for people.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="sha256">What its digest must be; empty for any.</param>
    /// <exception cref="PlatformException">
    /// The file is no expert for the base model, or the library refuses it; nothing of it is kept.
    /// </exception>
    public async Task<ExpertRecord> Import(
        TenantId tenant, ExpertWrite write, string displayName, ReadOnlyMemory<byte> file, string sha256 = "")
    {
        ArgumentNullException.ThrowIfNull(write);
        var content = ExpertValidation.Validate(file, sha256, await model.GetLayout());
        var library = grains.GetGrain<IExpertLibraryGrain>(tenant.Value);
        for (var attempt = 1; ; attempt++)
        {
            await blobs.PutAsync(tenant, file, CancellationToken.None);
            try
            {
                return await library.Put(write with { SizeBytes = file.Length }, displayName, content);
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
