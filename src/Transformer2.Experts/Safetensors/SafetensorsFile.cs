using System.Runtime.InteropServices;

namespace Transformer2.Experts;

/// <summary>A checked safetensors file whose tensors are read in place. Spans that it hands out end with its disposal.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 22;

    private readonly ByteSource _bytes;

    private SafetensorsFile(ByteSource bytes, SafetensorsLimits limits)
    {
        _bytes = bytes;
        var prefix = bytes.Slice(0, (int)Math.Min(bytes.Length, 8L + limits.MaxHeaderBytes));
        var header = SafetensorsHeader.Parse(prefix, bytes.Length, limits);
        Tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>The file's own metadata; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => _bytes.Length;

    /// <summary>
    /// Maps a file into memory and checks its header, and with it that the file is as long as it says. A file that is replaced while it
    /// is open stays as it was; one that is shortened in place ends a read with an error, or, in the midst of a read, the process (SIGBUS).
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">What is accepted; <see cref="SafetensorsLimits.Checkpoint"/> when null.</param>
    /// <exception cref="SafetensorsException">Not a well-formed file.</exception>
    public static SafetensorsFile Open(string path, SafetensorsLimits? limits = null)
    {
        // An empty file cannot be mapped; as empty memory it gets the ordinary error.
        ByteSource bytes = new FileInfo(path).Length == 0 ? new MemoryBytes(default) : new MappedBytes(path);
        try
        {
            return new SafetensorsFile(bytes, limits ?? SafetensorsLimits.Checkpoint);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Checks a file that is in memory already; nothing is copied.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="limits">What is accepted; <see cref="SafetensorsLimits.Checkpoint"/> when null.</param>
    /// <exception cref="SafetensorsException">Not a well-formed file.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> file, SafetensorsLimits? limits = null) =>
        new(new MemoryBytes(file), limits ?? SafetensorsLimits.Checkpoint);

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="SafetensorsException">The file has no such tensor.</exception>
    public TensorInfo Tensor(string name) => Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new SafetensorsException(SafetensorsReason.Name, $"The file has no tensor '{Display.Clip(name)}'.");

    /// <summary>All bytes of a tensor of at most 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var tensor = Tensor(name);
        return tensor.Length <= int.MaxValue
            ? _bytes.Slice(tensor.Offset, (int)tensor.Length)
            : throw new NotSupportedException($"Tensor '{name}' has {tensor.Length} bytes; read it in parts.");
    }

    /// <summary>A part of a tensor's bytes.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="offset">First byte, counted from the tensor's own first byte.</param>
    /// <param name="length">Number of bytes.</param>
    public ReadOnlySpan<byte> Bytes(string name, long offset, int length)
    {
        var tensor = Tensor(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, tensor.Length - length);
        return _bytes.Slice(tensor.Offset + offset, length);
    }

    /// <summary>
    /// Reads a tensor from front to back in pieces of at most 4 MiB. A piece's pages leave the process when it has been read: a pass over
    /// a file of any size needs the memory of one piece.
    /// </summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="read">Is given every piece; of element types of whole bytes, a piece holds whole elements.</param>
    /// <exception cref="SafetensorsException">The file has no such tensor.</exception>
    /// <exception cref="IOException">The file is shorter than it was when it was opened.</exception>
    public void ReadPieces(string name, TensorPieceReader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var tensor = Tensor(name);
        for (long offset = 0; offset < tensor.Length; offset += ChunkBytes)
        {
            var length = (int)Math.Min(ChunkBytes, tensor.Length - offset);
            _bytes.CheckWhole();
            read(offset, _bytes.Slice(tensor.Offset + offset, length));
            _bytes.Release(tensor.Offset + offset, length);
        }
    }

    /// <summary>The elements of an F32, F16 or BF16 tensor, widened exactly, row-major.</summary>
    /// <exception cref="SafetensorsException">No such tensor, or another element type.</exception>
    public float[] ReadSingles(string name)
    {
        var singles = new float[Tensor(name).ElementCount];
        ReadSingles(name, singles);
        return singles;
    }

    /// <summary>As <see cref="ReadSingles(string)"/>, into memory of the caller's.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="destination">Exactly as many floats as the tensor has elements.</param>
    public void ReadSingles(string name, Span<float> destination)
    {
        var tensor = Tensor(name);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, tensor.ElementCount, nameof(destination));
        var elementBytes = tensor.DType.BitSize() / 8;
        for (long offset = 0; offset < tensor.Length; offset += ChunkBytes)
        {
            var length = (int)Math.Min(ChunkBytes, tensor.Length - offset);
            var first = (int)(offset / elementBytes);
            TensorConversion.ToSingles(tensor.DType, Bytes(name, offset, length), destination.Slice(first, length / elementBytes));
        }
    }

    /// <summary>The elements of an I64 or I32 tensor, row-major.</summary>
    /// <exception cref="SafetensorsException">No such tensor, or another element type.</exception>
    public long[] ReadInt64s(string name) => Tensor(name).DType switch
    {
        SafetensorsDType.I64 => MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray(),
        SafetensorsDType.I32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(Bytes(name)).ToArray(), value => (long)value),
        var other => throw new SafetensorsException(SafetensorsReason.DType, $"Tensor '{name}' is {other}, not I64 or I32."),
    };

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}

/// <summary>Takes a piece of a tensor.</summary>
/// <param name="offset">First byte of the piece, counted from the tensor's own first byte.</param>
/// <param name="bytes">The piece; valid during the call only.</param>
public delegate void TensorPieceReader(long offset, ReadOnlySpan<byte> bytes);
