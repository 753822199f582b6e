using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Transformer2.Experts;

/// <summary>
/// The checked header of a safetensors file. Stricter than the reference implementation where the format's text is: the header begins
/// with a brace, no key occurs twice at any level, metadata maps text to text, and a tensor has the three fields of the format only.
/// </summary>
public sealed class SafetensorsHeader
{
    private const int PrefixBytes = sizeof(long);
    private const int MaxDepth = 4;

    private SafetensorsHeader(in HeaderReader reader, long dataStart)
    {
        Tensors = reader.Tensors;
        Metadata = reader.Metadata;
        DataStart = dataStart;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The file's own metadata; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The first byte after the header.</summary>
    public long DataStart { get; }

    /// <summary>Reads and checks the length of the JSON header, so that a caller knows how many bytes to fetch.</summary>
    /// <param name="prefix">The start of the file: at least eight bytes, or all of it.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="limits">What is accepted.</param>
    /// <returns>Bytes of JSON that follow the first eight.</returns>
    /// <exception cref="SafetensorsException">The file is too short, or the length impossible or over the limit.</exception>
    public static int ReadLength(ReadOnlySpan<byte> prefix, long fileLength, SafetensorsLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (fileLength < PrefixBytes || prefix.Length < PrefixBytes)
        {
            throw new SafetensorsException(SafetensorsReason.TooShort, $"The file has {fileLength} bytes; even an empty one has more.", 0);
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is 0 || length > (ulong)limits.MaxHeaderBytes || (long)length > fileLength - PrefixBytes)
        {
            throw Foreign(prefix) ?? new SafetensorsException(
                SafetensorsReason.HeaderLength,
                $"The header claims {length} bytes; the file has {fileLength} bytes and {limits.MaxHeaderBytes} are allowed.",
                0);
        }

        return (int)length;
    }

    /// <summary>Checks a whole header against the format, the file's length and the limits.</summary>
    /// <param name="prefix">The start of the file, at least to the end of the header.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="limits">What is accepted.</param>
    /// <exception cref="SafetensorsException">Anything is wrong; nothing of the file should be used.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> prefix, long fileLength, SafetensorsLimits limits)
    {
        var length = ReadLength(prefix, fileLength, limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(prefix.Length, PrefixBytes + length, nameof(prefix));
        var json = prefix.Slice(PrefixBytes, length);
        if (json[0] != (byte)'{')
        {
            throw Foreign(prefix) ?? new SafetensorsException(
                SafetensorsReason.HeaderFormat, "The header does not begin with a brace.", PrefixBytes);
        }

        CheckUtf8(json);
        CheckDepth(json);
        var reader = new HeaderReader(json, PrefixBytes, fileLength, limits);
        reader.Read();
        var dataStart = PrefixBytes + (long)length;
        if (new DataLayout(dataStart, fileLength).FindFault(reader.Tensors.Values) is { } fault)
        {
            throw new SafetensorsException(
                fault.Reason, fault.Message, fault.Tensor is { } tensor ? HeaderReader.PositionOf(json, PrefixBytes, tensor.Name) : fault.Position);
        }

        return new SafetensorsHeader(reader, dataStart);
    }

    private static SafetensorsException? Foreign(ReadOnlySpan<byte> prefix) =>
        ForeignFormat.Recognise(prefix) is { } format
            ? new SafetensorsException(SafetensorsReason.UnsupportedFormat, $"This is {format}; only safetensors files are accepted.", 0)
            : null;

    // System.Text.Json lets invalid UTF-8 inside strings pass, so it is checked first.
    private static void CheckUtf8(ReadOnlySpan<byte> json)
    {
        if (Utf8.IsValid(json))
        {
            return;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(json[at..], out _, out var read) == System.Buffers.OperationStatus.Done)
        {
            at += read;
        }

        throw new SafetensorsException(SafetensorsReason.HeaderUtf8, "The header is not valid UTF-8.", PrefixBytes + at);
    }

    private static void CheckDepth(ReadOnlySpan<byte> json)
    {
        var depth = 0;
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            switch (json[i])
            {
                case (byte)'"':
                    inString = !inString;
                    break;
                case (byte)'\\' when inString:
                    i++;
                    break;
                case (byte)'{' or (byte)'[' when !inString:
                    if (++depth > MaxDepth)
                    {
                        throw new SafetensorsException(
                            SafetensorsReason.HeaderDepth, $"The header nests more than {MaxDepth} levels.", PrefixBytes + i);
                    }

                    break;
                case (byte)'}' or (byte)']' when !inString:
                    depth--;
                    break;
            }
        }
    }
}
