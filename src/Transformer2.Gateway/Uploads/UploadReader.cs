using System.Buffers;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>
/// Receives uploads: metadata, then chunks, within bounds of size, time and number. gRPC itself limits neither the length of a client's
/// stream nor how slow it may be.
/// </summary>
internal sealed class UploadReader(IOptions<UploadOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, int> _running = [];

    /// <summary>Runs one upload in a slot of its own; the slot, and with it the memory, is bound until the upload is committed.</summary>
    public async Task<T> Run<T>(TenantId tenant, Func<Task<T>> upload)
    {
        Enter(tenant);
        try
        {
            return await upload();
        }
        finally
        {
            Leave(tenant);
        }
    }

    /// <summary>The first message.</summary>
    public async Task<TMetadata> ReadMetadata<TRequest, TMetadata>(
        IAsyncStreamReader<TRequest> stream, UploadMessages<TRequest, TMetadata> messages, CancellationToken cancellationToken)
        where TMetadata : class
    {
        var metadata = await Next(stream, options.Value.IdleTimeout, cancellationToken) ? messages.Metadata(stream.Current) : null;
        if (metadata is null)
            throw Protocol("The first message must hold the metadata.");
        var (size, sha256) = messages.Promise(metadata);
        if (size <= 0)
            throw Fields.Invalid("size_bytes", "size_bytes is not a positive number.");
        if (size > options.Value.MaxFileBytes)
            throw TooLarge();
        if (sha256.Length > 0 && !ContentDigest.TryParse(sha256, out _))
            throw Fields.Invalid("sha256", "sha256 is not 64 lower-case hexadecimal digits.");
        return metadata;
    }

    /// <summary>All further messages, which together are the file.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadFile<TRequest, TMetadata>(
        IAsyncStreamReader<TRequest> stream, UploadMessages<TRequest, TMetadata> messages, TMetadata metadata, CancellationToken cancellationToken)
        where TMetadata : class
    {
        var size = messages.Promise(metadata).SizeBytes;
        var begin = time.GetTimestamp();
        var file = new ArrayBufferWriter<byte>();
        while (await Next(stream, Patience(begin), cancellationToken))
        {
            var chunk = (messages.Chunk(stream.Current) ?? throw Protocol("After the metadata every message must hold a chunk.")).Span;
            if (chunk.Length is 0 or > UploadOptions.MaxChunkBytes)
                throw Protocol($"A chunk has 1 to {UploadOptions.MaxChunkBytes} bytes, not {chunk.Length}.");
            if (file.WrittenCount + chunk.Length > options.Value.MaxFileBytes)
                throw TooLarge();
            if (file.WrittenCount + chunk.Length > size)
                throw Size(size.Value, "more");
            file.Write(chunk);
        }

        if (file.WrittenCount < size)
            throw Size(size.Value, file.WrittenCount.ToString((IFormatProvider?)null));
        return file.WrittenMemory;
    }

    private void Enter(TenantId tenant)
    {
        lock (_gate)
        {
            var own = _running.GetValueOrDefault(tenant);
            if (own >= options.Value.MaxConcurrentPerTenant || _running.Values.Sum() >= options.Value.MaxConcurrent)
                throw new PlatformException(ErrorReason.UploadsBusy, "Too many uploads run at the moment; repeat this one a little later.");
            _running[tenant] = own + 1;
        }
    }

    private void Leave(TenantId tenant)
    {
        lock (_gate)
        {
            if (--_running[tenant] == 0)
                _running.Remove(tenant);
        }
    }

    // The reader's own token is not used: cancelling it would tear the call down before its status is sent.
    private async Task<bool> Next<TRequest>(IAsyncStreamReader<TRequest> stream, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.MoveNext(CancellationToken.None).WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new PlatformException(ErrorReason.UploadTimeout, "The upload stalled or took too long.");
        }
    }

    private TimeSpan Patience(long begin)
    {
        var left = options.Value.TotalTimeout - time.GetElapsedTime(begin);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < options.Value.IdleTimeout ? left : options.Value.IdleTimeout;
    }

    private static PlatformException Protocol(string message) => new(ErrorReason.UploadProtocol, message);

    private PlatformException TooLarge() =>
        new(ErrorReason.TooLarge, $"The file has more than {options.Value.MaxFileBytes} bytes.");

    private static PlatformException Size(long stated, string actual) =>
        new(ErrorReason.SizeMismatch, $"The file should have {stated} bytes, but has {actual}.");
}
