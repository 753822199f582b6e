using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
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

    // What is kept of a file may take twice its size, and so much where that is little.
    private const int AlwaysBytes = 128 << 10;

    // What is kept: a place in a dictionary, of a tensor its objects besides the characters of its name, of metadata two texts likewise.
    private const int BytesOfPlace = 36;
    private const int BytesOfTensor = 88;
    private const int BytesOfEntry = 56;
    private const int BytesOfArray = 24;
    private const int LongestDType = 16;

    private readonly SafetensorsLimits _limits;
    private readonly long _mostTensors;
    private readonly long _mostBytes;
    private readonly long _start;
    private readonly long _dataStart;
    private readonly bool _isCountOver;
    private Utf8JsonReader _json;
    private long[] _shape = [];
    private long _bytes;

    public HeaderReader(ReadOnlySpan<byte> json, long start, long fileLength, SafetensorsLimits limits)
    {
        _mostTensors = Math.Min(limits.MaxTensors, AlwaysTensors + (fileLength / FileBytesPerFurtherTensor));
        _mostBytes = (2 * fileLength) + AlwaysBytes;
        _json = new Utf8JsonReader(json);
        _start = start;
        _dataStart = start + json.Length;
        _limits = limits;
        // Counted first: collections that grow take up to three times what they hold in the end.
        var (tensors, entries) = Count(json);
        _isCountOver = tensors > _mostTensors;
        (tensors, entries) = (_isCountOver ? 0 : tensors, Math.Min(entries, limits.MaxMetadataEntries));
        _bytes = (long)BytesOfPlace * (tensors + entries);
        Tensors = new Dictionary<string, TensorInfo>(tensors, StringComparer.Ordinal);
        Metadata = new Dictionary<string, string>(entries, StringComparer.Ordinal);
    }

    /// <summary>
    /// The tensors by name. An offset is counted from the start of the file, and neither it nor a length is checked: it may have gone
    /// around the end of the numbers, from where a subtraction brings it back.
    /// </summary>
    public Dictionary<string, TensorInfo> Tensors { get; }

    public Dictionary<string, string> Metadata { get; }

    /// <summary>Where the file names a tensor, looked for again: only an error needs to know.</summary>
    public static long PositionOf(ReadOnlySpan<byte> json, long start, string name)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(name))
            {
                return start + reader.TokenStartIndex;
            }
        }

        return start;
    }

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

    /// <summary>How many tensors and metadata entries there are, as far as the header is JSON.</summary>
    private static (int Tensors, int Entries) Count(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var (tensors, entries, inMetadata) = (0, 0, false);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    inMetadata = reader.ValueTextEquals(MetadataKey);
                    tensors += inMetadata ? 0 : 1;
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && inMetadata)
                {
                    entries++;
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Read up to there once more, this is told with its place.
        }

        return (tensors, entries);
    }

    private void ReadRoot()
    {
        _json.Read();
        var hasMetadata = false;
        while (NextKey(out var name))
        {
            var position = Position;
            if (name == MetadataKey)
            {
                Once(ref hasMetadata);
                ReadMetadata();
                continue;
            }

            if (_isCountOver)
            {
                throw new SafetensorsException(SafetensorsReason.TensorCount, $"More than {_mostTensors} tensors in a file of this size.", position);
            }

            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(Tensors, name, out var isTaken);
            if (isTaken)
            {
                throw Duplicate(name);
            }

            CheckName(name, position);
            place = ReadTensor(name, position);
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
        var bytes = 0;
        while (NextKey(out var key))
        {
            if (Metadata.ContainsKey(key))
            {
                throw Duplicate(key);
            }

            Expect(JsonTokenType.String, SafetensorsReason.Metadata, "The metadata '{0}' is not text.", key);
            var value = Text();
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
            if (Metadata.Count == _limits.MaxMetadataEntries || bytes > _limits.MaxMetadataBytes)
            {
                throw new SafetensorsException(
                    SafetensorsReason.Metadata,
                    $"More metadata than {_limits.MaxMetadataEntries} entries of {_limits.MaxMetadataBytes} bytes together.",
                    Position);
            }

            Keep(BytesOfEntry + (sizeof(char) * (key.Length + value.Length)), SafetensorsReason.Metadata, Position);
            Metadata.Add(key, value);
        }
    }

    private TensorInfo ReadTensor(string name, long position)
    {
        Expect(JsonTokenType.StartObject, SafetensorsReason.HeaderFormat, "The tensor '{0}' is not an object.", name);
        var (hasDType, hasShape, hasOffsets) = (false, false, false);
        SafetensorsDType dtype = default;
        Span<long> shape = stackalloc long[_limits.MaxRank];
        Span<long> offsets = stackalloc long[2];
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
                shape = shape[..ReadNumbers(shape, SafetensorsReason.Shape)];
            }
            else if (_json.ValueTextEquals("data_offsets"u8))
            {
                Once(ref hasOffsets);
                offsets = offsets[..ReadNumbers(offsets, SafetensorsReason.Offsets)];
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

        Keep(BytesOfTensor + (sizeof(char) * name.Length), SafetensorsReason.TensorCount, position);
        return new TensorInfo(name, dtype, Kept(shape, position), unchecked(_dataStart + offsets[0]), offsets[1] - offsets[0]);
    }

    /// <summary>A shape to keep; tensors of one shape in a row share it.</summary>
    private long[] Kept(scoped ReadOnlySpan<long> shape, long position)
    {
        if (!shape.SequenceEqual(_shape))
        {
            Keep(BytesOfArray + (sizeof(long) * shape.Length), SafetensorsReason.Shape, position);
            _shape = shape.ToArray();
        }

        return _shape;
    }

    private void Keep(int bytes, string reason, long position)
    {
        _bytes += bytes;
        if (_bytes > _mostBytes)
        {
            throw new SafetensorsException(reason, "The header describes more than a file of this size can hold.", position);
        }
    }

    private readonly void Once(ref bool seen)
    {
        if (seen)
        {
            throw Duplicate(Text());
        }

        seen = true;
    }

    private SafetensorsDType ReadDType()
    {
        Expect(JsonTokenType.String, SafetensorsReason.DType, "An element type is not text.");
        Span<char> name = stackalloc char[LongestDType];
        return _json.ValueSpan.Length <= name.Length && SafetensorsDTypes.TryParse(name[.._json.CopyString(name)], out var dtype)
            || SafetensorsDTypes.TryParse(Text(), out dtype)
            ? dtype
            : throw new SafetensorsException(SafetensorsReason.DType, $"Unknown element type '{Display.Clip(Text())}'.", Position);
    }

    private int ReadNumbers(scoped Span<long> numbers, string reason)
    {
        Expect(JsonTokenType.StartArray, reason, "Not a list of numbers.");
        var count = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            // Digits only: neither a sign nor a fraction nor an exponent is a size.
            if (_json.TokenType != JsonTokenType.Number
                || !long.TryParse(_json.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new SafetensorsException(reason, "Not a whole number from 0 to 2^63 - 1.", Position);
            }

            if (count == numbers.Length)
            {
                throw new SafetensorsException(reason, $"More than {numbers.Length} numbers.", Position);
            }

            numbers[count++] = number;
        }

        return count;
    }

    private bool NextKey(out string key)
    {
        _json.Read();
        var isKey = _json.TokenType != JsonTokenType.EndObject;
        key = isKey ? Text() : "";
        return isKey;
    }

    private readonly SafetensorsException Duplicate(string key) =>
        new(SafetensorsReason.DuplicateKey, $"'{Display.Clip(key)}' occurs twice.", Position);

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
