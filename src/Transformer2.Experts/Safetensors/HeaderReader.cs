using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Transformer2.Experts;

/// <summary>Walks the JSON of a header once, forwards, and accepts the shape of the format only.</summary>
internal ref struct HeaderReader
{
    private const string MetadataKey = "__metadata__";

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    // Describing a tensor takes a few hundred bytes, whatever the header spends on it: a file with more than a few tensors is at least as
    // large as what it makes its reader keep.
    private const int AlwaysTensors = 4096;
    private const int FileBytesPerFurtherTensor = 1024;

    private readonly SafetensorsLimits _limits;
    private readonly long _mostTensors;
    private readonly long _start;
    private Utf8JsonReader _json;

    public HeaderReader(ReadOnlySpan<byte> json, long start, long fileLength, SafetensorsLimits limits)
    {
        _mostTensors = Math.Min(limits.MaxTensors, AlwaysTensors + (fileLength / FileBytesPerFurtherTensor));
        _json = new Utf8JsonReader(json);
        _start = start;
        _limits = limits;
        Tensors = [];
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    public List<DeclaredTensor> Tensors { get; }

    public Dictionary<string, string> Metadata { get; }

    private readonly long Position => _start + _json.TokenStartIndex;

    public void Read()
    {
        try
        {
            ReadRoot();
        }
        catch (JsonException fault)
        {
            throw new SafetensorsException(
                SafetensorsReason.HeaderFormat, "The header is not valid JSON.", _start + _json.BytesConsumed, fault);
        }
        catch (InvalidOperationException fault)
        {
            // An escape such as \ud800 that is no character.
            throw new SafetensorsException(SafetensorsReason.HeaderUtf8, "The header holds half a surrogate pair.", Position, fault);
        }
    }

    private void ReadRoot()
    {
        _json.Read();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextKey(names, out var name))
        {
            var position = Position;
            if (name == MetadataKey)
            {
                ReadMetadata();
                continue;
            }

            if (Tensors.Count == _mostTensors)
            {
                throw new SafetensorsException(SafetensorsReason.TensorCount, $"More than {_mostTensors} tensors in a file of this size.", position);
            }

            CheckName(name, position);
            ReadTensor(name, position);
        }

        // Anything but white space after the closing brace is a fault, which the reader reports.
        _json.Read();
    }

    private readonly void CheckName(string name, long position)
    {
        if (name.Length > _limits.MaxNameBytes || Encoding.UTF8.GetByteCount(name) > _limits.MaxNameBytes)
        {
            throw new SafetensorsException(SafetensorsReason.Name, $"A tensor name of more than {_limits.MaxNameBytes} bytes.", position);
        }

        if (_limits.PlainNames && (name.Length == 0 || name.AsSpan().ContainsAnyExcept(PlainCharacters)))
        {
            throw new SafetensorsException(
                SafetensorsReason.Name, $"The tensor name '{Display.Clip(name)}' has other characters than A-Z a-z 0-9 . _ -", position);
        }
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, SafetensorsReason.Metadata, "The metadata is not an object.");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0;
        while (NextKey(keys, out var key))
        {
            Expect(JsonTokenType.String, SafetensorsReason.Metadata, "The metadata '{0}' is not text.", key);
            var value = Text();
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
            if (keys.Count > _limits.MaxMetadataEntries || bytes > _limits.MaxMetadataBytes)
            {
                throw new SafetensorsException(
                    SafetensorsReason.Metadata,
                    $"More metadata than {_limits.MaxMetadataEntries} entries of {_limits.MaxMetadataBytes} bytes together.",
                    Position);
            }

            Metadata.Add(key, value);
        }
    }

    private void ReadTensor(string name, long position)
    {
        Expect(JsonTokenType.StartObject, SafetensorsReason.HeaderFormat, "The tensor '{0}' is not an object.", name);
        var (hasDType, hasShape, hasOffsets) = (false, false, false);
        SafetensorsDType dtype = default;
        long[] shape = [];
        long[] offsets = [];
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            if (_json.ValueTextEquals("dtype"u8))
            {
                Once(ref hasDType);
                dtype = ReadDType();
            }
            else if (_json.ValueTextEquals("shape"u8))
            {
                Once(ref hasShape);
                shape = ReadNumbers(_limits.MaxRank, SafetensorsReason.Shape);
            }
            else if (_json.ValueTextEquals("data_offsets"u8))
            {
                Once(ref hasOffsets);
                offsets = ReadNumbers(2, SafetensorsReason.Offsets);
            }
            else
            {
                throw new SafetensorsException(
                    SafetensorsReason.HeaderFormat, $"The format has no tensor field '{Display.Clip(Text())}'.", Position);
            }
        }

        if (!(hasDType && hasShape && hasOffsets))
        {
            throw new SafetensorsException(
                SafetensorsReason.HeaderFormat, $"The tensor '{Display.Clip(name)}' lacks dtype, shape or data_offsets.", position);
        }

        if (offsets.Length != 2)
        {
            throw new SafetensorsException(SafetensorsReason.Offsets, "data_offsets are not two numbers.", position);
        }

        if (!_limits.AllowEmptyTensors && (shape.Length == 0 || shape.Contains(0)))
        {
            throw new SafetensorsException(SafetensorsReason.Shape, $"The tensor '{Display.Clip(name)}' is a scalar or empty.", position);
        }

        Tensors.Add(new DeclaredTensor(name, dtype, shape, offsets[0], offsets[1], position));
    }

    private readonly void Once(ref bool seen)
    {
        if (seen)
        {
            throw new SafetensorsException(SafetensorsReason.DuplicateKey, $"'{Text()}' occurs twice.", Position);
        }

        seen = true;
    }

    private SafetensorsDType ReadDType()
    {
        Expect(JsonTokenType.String, SafetensorsReason.DType, "An element type is not text.");
        var name = Text();
        return SafetensorsDTypes.TryParse(name, out var dtype)
            ? dtype
            : throw new SafetensorsException(SafetensorsReason.DType, $"Unknown element type '{Display.Clip(name)}'.", Position);
    }

    private long[] ReadNumbers(int most, string reason)
    {
        Expect(JsonTokenType.StartArray, reason, "Not a list of numbers.");
        Span<long> numbers = stackalloc long[most];
        var count = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            // Digits only: neither a sign nor a fraction nor an exponent is a size.
            if (_json.TokenType != JsonTokenType.Number
                || !long.TryParse(_json.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new SafetensorsException(reason, "Not a whole number from 0 to 2^63 - 1.", Position);
            }

            if (count == most)
            {
                throw new SafetensorsException(reason, $"More than {most} numbers.", Position);
            }

            numbers[count++] = number;
        }

        return numbers[..count].ToArray();
    }

    private bool NextKey(HashSet<string> seen, out string key)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            key = "";
            return false;
        }

        key = Text();
        return seen.Add(key)
            ? true
            : throw new SafetensorsException(SafetensorsReason.DuplicateKey, $"'{Display.Clip(key)}' occurs twice.", Position);
    }

    private readonly string Text() => _json.GetString()!;

    // The message is put together only when it is needed.
    private void Expect(JsonTokenType type, string reason, string message, string name = "")
    {
        _json.Read();
        if (_json.TokenType != type)
        {
            throw new SafetensorsException(reason, message.Replace("{0}", Display.Clip(name), StringComparison.Ordinal), Position);
        }
    }
}
