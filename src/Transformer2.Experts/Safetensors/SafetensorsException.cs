namespace Transformer2.Experts;

/// <summary>A file that is not a well-formed safetensors file, or is outside the limits.</summary>
public sealed class SafetensorsException(string reason, string message, long? position = null, Exception? innerException = null)
    : FormatException(position is null ? message : $"{message} (byte {position})", innerException)
{
    /// <summary>A stable code from <see cref="SafetensorsReason"/>.</summary>
    public string Reason { get; } = reason;

    /// <summary>The byte of the file at which the fault lies, where there is one.</summary>
    public long? Position { get; } = position;
}

/// <summary>The reasons of <see cref="SafetensorsException"/>.</summary>
public static class SafetensorsReason
{
    /// <summary>Fewer than eight bytes.</summary>
    public const string TooShort = "TOO_SHORT";

    /// <summary>The header is empty, over the limit, or longer than the file.</summary>
    public const string HeaderLength = "HEADER_LENGTH";

    /// <summary>The header is not the JSON object that the format asks for.</summary>
    public const string HeaderFormat = "HEADER_FORMAT";

    /// <summary>The header is not UTF-8.</summary>
    public const string HeaderUtf8 = "HEADER_UTF8";

    /// <summary>A name occurs twice in one object of the header.</summary>
    public const string DuplicateKey = "DUPLICATE_KEY";

    /// <summary>The header nests more deeply than the format can.</summary>
    public const string HeaderDepth = "HEADER_DEPTH";

    /// <summary>Too many tensors.</summary>
    public const string TensorCount = "TENSOR_COUNT";

    /// <summary>A shape is not a list of sensible extents.</summary>
    public const string Shape = "SHAPE";

    /// <summary>Data offsets overlap, leave a hole, run backwards, leave the file, or do not fit the shape.</summary>
    public const string Offsets = "OFFSETS";

    /// <summary>Bytes follow the last tensor.</summary>
    public const string TrailingBytes = "TRAILING_BYTES";

    /// <summary>An element type that the format does not have, or that is not asked for here.</summary>
    public const string DType = "DTYPE";

    /// <summary>A tensor name that is too long or holds characters that are not allowed, or a tensor that is not there.</summary>
    public const string Name = "NAME";

    /// <summary>Metadata that is not text to text, or too much of it.</summary>
    public const string Metadata = "METADATA";

    /// <summary>Another format altogether: pickle, zip (<c>.pt</c>, <c>.npz</c>), GGUF and so on.</summary>
    public const string UnsupportedFormat = "UNSUPPORTED_FORMAT";
}
