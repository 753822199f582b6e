using System.Runtime.CompilerServices;
using Transformer2.Abstractions;
using Transformer2.Experts;

namespace Transformer2.Storage;

/// <summary>
/// Files below a folder, <c>TENANT/DIGEST.EXTENSION</c>. Written whole and on disk before they are acknowledged; hashed again when
/// they are read, so that a damaged or exchanged file is never handed out.
/// </summary>
/// <param name="directory">The folder, created when absent.</param>
/// <param name="extension">How names of files end, with the dot.</param>
/// <param name="damaged">The refusal to hand out a damaged file.</param>
/// <param name="time">The clock of the files' times.</param>
public abstract class FileBlobStore(string directory, string extension, Func<ContentDigest, PlatformException> damaged, TimeProvider time) : IBlobStore
{
    private readonly string _root = Path.GetFullPath(directory);

    /// <inheritdoc/>
    public Task<StoredBlob> PutAsync(TenantId tenant, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        Task.Run(
            () =>
            {
                var folder = FolderOf(tenant);
                AtomicFile.CreateFolder(folder);
                var digest = ContentDigest.Of(content.Span);
                var now = time.GetUtcNow();

                // Always written anew: that heals a damaged file and costs no more than looking whether it is one.
                AtomicFile.Write(PathOf(tenant, digest), stream =>
                {
                    stream.Write(content.Span);
                    stream.Flush();
                    File.SetLastWriteTimeUtc(stream.SafeFileHandle, now.UtcDateTime);
                });
                return new StoredBlob(digest, content.Length, now);
            },
            cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="PlatformException">The file is not what was stored.</exception>
    public async Task<byte[]?> GetAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default)
    {
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(PathOf(tenant, digest), cancellationToken);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return ContentDigest.Of(content) == digest
            ? content
            : throw damaged(digest);
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default) =>
        Task.FromResult(File.Exists(PathOf(tenant, digest)));

    /// <inheritdoc/>
    public Task DeleteAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default) =>
        Task.Run(() => AtomicFile.Delete(PathOf(tenant, digest)), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync(
        TenantId tenant, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var blob in await Task.Run(() => List(FolderOf(tenant)), cancellationToken))
        {
            yield return blob;
        }
    }

    /// <summary>The tenants that have files, or had some.</summary>
    public IReadOnlyList<TenantId> Tenants()
    {
        var tenants = new List<TenantId>();
        foreach (var folder in Directory.Exists(_root) ? Directory.EnumerateDirectories(_root) : [])
        {
            if (TenantId.TryParse(Path.GetFileName(folder), out var tenant))
            {
                tenants.Add(tenant);
            }
        }

        return tenants;
    }

    /// <summary>Removes what a crash has left half written.</summary>
    /// <param name="tenant">Whose files.</param>
    /// <param name="age">Anything younger may be a write in progress.</param>
    public void RemoveLeftovers(TenantId tenant, TimeSpan age)
    {
        var folder = new DirectoryInfo(FolderOf(tenant));
        foreach (var file in folder.Exists ? folder.EnumerateFiles("*" + AtomicFile.TemporaryExtension) : [])
        {
            if (file.LastWriteTimeUtc < time.GetUtcNow() - age)
            {
                file.Delete();
            }
        }
    }

    private List<StoredBlob> List(string folder)
    {
        var blobs = new List<StoredBlob>();
        if (!Directory.Exists(folder))
        {
            return blobs;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + extension))
        {
            // A file may go while the folder is read; then it does not exist.
            if (file.Exists && ContentDigest.TryParse(Path.GetFileNameWithoutExtension(file.Name), out var digest))
            {
                blobs.Add(new StoredBlob(digest, file.Length, file.LastWriteTimeUtc));
            }
        }

        return blobs;
    }

    // Both parts are of forms that hold no separator and no parent folder; the default of their types is none of those.
    private string FolderOf(TenantId tenant) =>
        Path.Combine(_root, tenant.Value ?? throw new ArgumentException("No tenant.", nameof(tenant)));

    private string PathOf(TenantId tenant, ContentDigest digest) =>
        Path.Combine(FolderOf(tenant), (digest.Value ?? throw new ArgumentException("No digest.", nameof(digest))) + extension);
}
