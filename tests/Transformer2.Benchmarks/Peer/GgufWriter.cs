using System.Runtime.InteropServices;
using System.Text;

namespace Transformer2.Benchmarks;

/// <summary>Writes a GGUF file, version 3: metadata, descriptions of the tensors, then their data, each aligned.</summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32;

    private readonly List<(string Key, Action<BinaryWriter> Write)> _metadata = [];
    private readonly List<GgufTensor> _tensors = [];

    public void Set(string key, uint value) => Set(key, 4, writer => writer.Write(value));

    public void Set(string key, float value) => Set(key, 6, writer => writer.Write(value));

    public void Set(string key, string value) => Set(key, 8, writer => Write(writer, value));

    public void Set(string key, int[] values) => SetArray(key, 5, values, (writer, value) => writer.Write(value));

    public void Set(string key, float[] values) => SetArray(key, 6, values, (writer, value) => writer.Write(value));

    public void Set(string key, string[] values) => SetArray(key, 8, values, Write);

    /// <summary>Adds a tensor.</summary>
    public void Add(GgufTensor tensor) => _tensors.Add(tensor);

    /// <summary>Writes everything; tensors are asked for their values one by one.</summary>
    public void Write(string path)
    {
        using var writer = new BinaryWriter(File.Create(path, 1 << 20));
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_metadata.Count);
        foreach (var (key, write) in _metadata)
        {
            Write(writer, key);
            write(writer);
        }

        long offset = 0;
        foreach (var tensor in _tensors)
        {
            Write(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Length);
            foreach (var extent in tensor.Shape.Reverse()) writer.Write((ulong)extent); // fastest first
            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset = Aligned(offset + tensor.Bytes);
        }

        foreach (var tensor in _tensors)
        {
            Pad(writer);
            tensor.WriteValues(writer);
        }

        Pad(writer);
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        writer.Write(new byte[Aligned(writer.BaseStream.Position) - writer.BaseStream.Position]);
    }

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private void Set(string key, uint type, Action<BinaryWriter> write)
    {
        _metadata.Add((key, WithType));

        void WithType(BinaryWriter writer)
        {
            writer.Write(type);
            write(writer);
        }
    }

    private void SetArray<T>(string key, uint type, T[] values, Action<BinaryWriter, T> write) => Set(key, 9, writer =>
    {
        writer.Write(type);
        writer.Write((ulong)values.Length);
        foreach (var value in values) write(writer, value);
    });
}

/// <summary>The types of tensors that are written, as the format numbers them.</summary>
internal enum GgufType
{
    F32 = 0,
    Q8 = 8, // Q8_0: blocks of 32 with a float16 scale
    BF16 = 30,
}

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its values are stored.</param>
/// <param name="Shape">Extents, row-major.</param>
/// <param name="Read">Gives its values; called once, when its turn has come.</param>
internal sealed record GgufTensor(string Name, GgufType Type, long[] Shape, Func<float[]> Read)
{
    private const int BlockValues = 32;
    private const int BlockBytes = 2 + BlockValues;

    /// <summary>Bytes of the stored values.</summary>
    public long Bytes
    {
        get
        {
            var count = Shape.Aggregate(1L, (product, extent) => product * extent);
            return Type switch
            {
                GgufType.F32 => count * 4,
                GgufType.BF16 => count * 2,
                _ => count / BlockValues * BlockBytes,
            };
        }
    }

    /// <summary>Writes the values.</summary>
    public void WriteValues(BinaryWriter writer)
    {
        var values = Read();
        switch (Type)
        {
            case GgufType.F32:
                writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
                break;
            case GgufType.BF16:
                writer.Write(MemoryMarshal.AsBytes(Array.ConvertAll(values, BFloat16.Round).AsSpan()));
                break;
            default:
                foreach (var block in values.Chunk(BlockValues)) WriteBlock(writer, block);
                break;
        }
    }

    private static void WriteBlock(BinaryWriter writer, float[] values)
    {
        var scale = values.Max(MathF.Abs) / 127;
        Span<byte> block = stackalloc byte[BlockBytes];
        BitConverter.TryWriteBytes(block, (Half)scale);
        for (var i = 0; i < BlockValues; i++) block[2 + i] = (byte)(sbyte)(scale == 0 ? 0 : MathF.Round(values[i] / scale));
        writer.Write(block);
    }
}
