using Google.Protobuf;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>How the messages of one kind of upload say what every upload says.</summary>
/// <param name="Metadata">The metadata of a message; null if it holds something else.</param>
/// <param name="Chunk">The bytes of a message; null if it holds something else.</param>
/// <param name="Promise">What metadata says of the file: its size, null for any, and its SHA-256, empty for any.</param>
internal sealed record UploadMessages<TRequest, TMetadata>(
    Func<TRequest, TMetadata?> Metadata, Func<TRequest, ByteString?> Chunk, Func<TMetadata, (long? SizeBytes, string Sha256)> Promise)
    where TMetadata : class;

/// <summary>The uploads that there are.</summary>
internal static class UploadMessages
{
    /// <summary>Expert files.</summary>
    public static readonly UploadMessages<UploadExpertRequest, UploadExpertMetadata> Expert = new(
        message => message.Metadata,
        message => message.PayloadCase == UploadExpertRequest.PayloadOneofCase.Chunk ? message.Chunk : null,
        metadata => (metadata.HasSizeBytes ? metadata.SizeBytes : null, metadata.Sha256));

    /// <summary>Data sets.</summary>
    public static readonly UploadMessages<UploadDatasetRequest, UploadDatasetMetadata> Dataset = new(
        message => message.Metadata,
        message => message.PayloadCase == UploadDatasetRequest.PayloadOneofCase.Chunk ? message.Chunk : null,
        metadata => (metadata.HasSizeBytes ? metadata.SizeBytes : null, metadata.Sha256));
}
