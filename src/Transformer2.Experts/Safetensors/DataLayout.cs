namespace Transformer2.Experts;

/// <summary>What is wrong with where tensors lie: with one of them, or at a position.</summary>
internal sealed record LayoutFault(string Reason, string Message, TensorInfo? Tensor, long Position = 0);

/// <summary>Checks that the declared tensors tile the data exactly: from its first byte to its last, no hole, no overlap.</summary>
/// <param name="dataStart">The first byte after the header.</param>
/// <param name="fileLength">Bytes of the whole file.</param>
internal sealed class DataLayout(long dataStart, long fileLength)
{
    private readonly long _dataLength = fileLength - dataStart;

    /// <summary>What is wrong with the first tensor, in the order of their bytes, that anything is wrong with; null when nothing is.</summary>
    /// <param name="tensors">What the header says.</param>
    public LayoutFault? FindFault(IReadOnlyCollection<TensorInfo> tensors)
    {
        long next = 0;
        foreach (var tensor in InOrder(tensors))
        {
            if (FindFault(tensor, Begin(tensor), next) is { } fault)
            {
                return fault;
            }

            next += tensor.Length;
        }

        return next < _dataLength
            ? new LayoutFault(SafetensorsReason.TrailingBytes, $"{_dataLength - next} bytes follow the last tensor.", null, dataStart + next)
            : null;
    }

    // Writers name tensors in the order of their bytes, and then there is nothing to sort.
    private IEnumerable<TensorInfo> InOrder(IReadOnlyCollection<TensorInfo> tensors)
    {
        TensorInfo? previous = null;
        foreach (var tensor in tensors)
        {
            if (previous is not null && Compare(previous, tensor) > 0)
            {
                var sorted = tensors.ToArray();
                Array.Sort(sorted, Compare);
                return sorted;
            }

            previous = tensor;
        }

        return tensors;
    }

    private int Compare(TensorInfo a, TensorInfo b) =>
        Begin(a) != Begin(b) ? Begin(a).CompareTo(Begin(b)) : a.Length.CompareTo(b.Length);

    // An offset that went around the end of the numbers comes back.
    private long Begin(TensorInfo tensor) => unchecked(tensor.Offset - dataStart);

    private LayoutFault? FindFault(TensorInfo tensor, long begin, long next)
    {
        var (needed, end) = (tensor.DType.ByteLength(tensor.Shape), begin + tensor.Length);
        if (needed < 0)
        {
            return Fault(tensor, SafetensorsReason.Shape, $"its shape {tensor.ShapeText} has no size in bytes");
        }

        if (end < begin)
        {
            return Fault(tensor, SafetensorsReason.Offsets, $"its bytes end at {end}, before they begin at {begin}");
        }

        if (begin != next)
        {
            return Fault(tensor, SafetensorsReason.Offsets, $"its bytes begin at {begin} instead of {next}");
        }

        if (end > _dataLength)
        {
            return Fault(tensor, SafetensorsReason.Offsets, $"its bytes end at {end}, but the file has {_dataLength} bytes of data");
        }

        return tensor.Length == needed
            ? null
            : Fault(tensor, SafetensorsReason.Offsets, $"it has {tensor.Length} bytes, but its type and shape need {needed}");
    }

    private static LayoutFault Fault(TensorInfo tensor, string reason, string what) =>
        new(reason, $"Tensor '{Display.Clip(tensor.Name)}': {what}.", tensor);
}
