using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>The way by which a file from outside comes into a tenant's library: validated, then stored, then committed; or not at all.</summary>
public sealed class ExpertImport(IGrainFactory grains, IExpertBlobStore blobs, BaseModelSource model)
{
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
        var content = ExpertValidation.Validate(file, sha256, await model.GetLayout());
        return await grains.GetGrain<IExpertLibraryGrain>(tenant.Value).PutFile(blobs, tenant, write, displayName, file, content);
    }
}
