namespace Transformer2.Experts;

/// <summary>A tensor as the header describes it, with offsets counted from the end of the header.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Begin">First byte.</param>
/// <param name="End">The byte after the last.</param>
/// <param name="Position">Where in the file the header names the tensor, for error messages.</param>
internal readonly record struct DeclaredTensor(
    string Name, SafetensorsDType DType, long[] Shape, long Begin, long End, long Position);

/// <summary>Checks that the declared tensors tile the data exactly: from its first byte to its last, no hole, no overlap.</summary>
internal static class DataLayout
{
    /// <summary>The tensors in the order of their bytes, with offsets counted from the start of the file.</summary>
    /// <param name="declared">What the header says; reordered.</param>
    /// <param name="dataStart">The first byte after the header.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    public static TensorInfo[] Place(List<DeclaredTensor> declared, long dataStart, long fileLength)
    {
        declared.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var dataLength = fileLength - dataStart;
        var placed = new TensorInfo[declared.Count];
        long next = 0;
        for (var i = 0; i < placed.Length; i++)
        {
            var tensor = declared[i];
            Check(tensor, next, dataLength);
            placed[i] = new TensorInfo(tensor.Name, tensor.DType, tensor.Shape, dataStart + tensor.Begin, tensor.End - tensor.Begin);
            next = tensor.End;
        }

        if (next < dataLength)
        {
            throw new SafetensorsException(
                SafetensorsReason.TrailingBytes, $"{dataLength - next} bytes follow the last tensor.", dataStart + next);
        }

        return placed;
    }

    private static void Check(in DeclaredTensor tensor, long next, long dataLength)
    {
        var needed = tensor.DType.ByteLength(tensor.Shape);
        if (needed < 0)
        {
            throw Fault(tensor, SafetensorsReason.Shape, $"its shape [{string.Join(", ", tensor.Shape)}] has no size in bytes");
        }

        if (tensor.End < tensor.Begin)
        {
            throw Fault(tensor, SafetensorsReason.Offsets, $"its bytes end at {tensor.End}, before they begin at {tensor.Begin}");
        }

        if (tensor.Begin != next)
        {
            throw Fault(tensor, SafetensorsReason.Offsets, $"its bytes begin at {tensor.Begin} instead of {next}");
        }

        if (tensor.End > dataLength)
        {
            throw Fault(tensor, SafetensorsReason.Offsets, $"its bytes end at {tensor.End}, but the file has {dataLength} bytes of data");
        }

        if (tensor.End - tensor.Begin != needed)
        {
            throw Fault(
                tensor, SafetensorsReason.Offsets, $"it has {tensor.End - tensor.Begin} bytes, but its type and shape need {needed}");
        }
    }

    private static SafetensorsException Fault(in DeclaredTensor tensor, string reason, string what) =>
        new(reason, $"Tensor '{Display.Clip(tensor.Name)}': {what}.", tensor.Position);
}
