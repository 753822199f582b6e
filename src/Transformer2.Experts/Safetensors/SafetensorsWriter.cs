using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Transformer2.Experts;

/// <summary>
/// Writes safetensors files. The bytes depend on the content only: tensors are ordered by falling element size, then by name, as the
/// reference orders them, metadata by key, and the header is padded with spaces so that the data begins at a multiple of eight.
/// </summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file atomically: it appears under its name whole and on disk, or not at all.</summary>
    /// <param name="path">Path of the file; an existing one is replaced.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">The file's metadata.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or a shape without a size.</exception>
    public static void Write(string path, IEnumerable<TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes a file to a stream.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{TensorData}, IReadOnlyDictionary{string, string})"/>
    public static void Write(Stream stream, IEnumerable<TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        TensorData[] ordered =
        [
            .. tensors.OrderByDescending(tensor => tensor.DType.BitSize()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal),
        ];
        var lengths = Array.ConvertAll(ordered, LengthOf);
        WriteHeader(stream, ordered, lengths, metadata);
        for (var i = 0; i < ordered.Length; i++)
        {
            using var counted = new CountingStream(stream, lengths[i], ordered[i].Name);
            ordered[i].WriteBytes(counted);
            if (counted.Position != lengths[i])
            {
                throw new InvalidOperationException($"Tensor '{ordered[i].Name}' got {counted.Position} of its {lengths[i]} bytes.");
            }
        }
    }

    private static long LengthOf(TensorData tensor)
    {
        var length = tensor.Shape.Any(extent => extent < 0) ? -1 : tensor.DType.ByteLength(tensor.Shape);
        return length >= 0
            ? length
            : throw new ArgumentException($"Tensor '{tensor.Name}' has no size: {tensor.DType} [{string.Join(", ", tensor.Shape)}].");
    }

    private static void WriteHeader(
        Stream stream, TensorData[] tensors, long[] lengths, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                WriteMetadata(json, metadata);
            }

            WriteTensors(json, tensors, lengths);
            json.WriteEndObject();
        }

        var padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)buffer.WrittenCount);
        stream.Write(length);
        stream.Write(buffer.WrittenSpan);
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, TensorData[] tensors, long[] lengths)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        long offset = 0;
        for (var i = 0; i < tensors.Length; i++)
        {
            if (!names.Add(tensors[i].Name))
            {
                throw new ArgumentException($"The tensor name '{tensors[i].Name}' is taken.");
            }

            json.WriteStartObject(tensors[i].Name);
            json.WriteString("dtype", tensors[i].DType.ToString());
            json.WriteStartArray("shape");
            foreach (var extent in tensors[i].Shape)
            {
                json.WriteNumberValue(extent);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += lengths[i]);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
