namespace Transformer2.Experts;

/// <summary>Reads expert files for one base model.</summary>
internal sealed class ExpertReader(ExpertLayout layout, ExpertLimits limits, bool lenient)
{
    private const int MostItemsListed = 10;

    /// <summary>Checks the size of the file and its header.</summary>
    public static SafetensorsFile Open(ReadOnlyMemory<byte> file, ExpertLimits limits)
    {
        if (file.Length > limits.MaxFileBytes)
        {
            throw new ExpertFileException(
                ExpertFileReason.TooLarge, $"The file has {file.Length} bytes; {limits.MaxFileBytes} are allowed.");
        }

        try
        {
            return SafetensorsFile.Parse(file, limits.Header);
        }
        catch (SafetensorsException fault)
        {
            throw new ExpertFileException(fault.Reason, fault.Message, fault.Position, fault);
        }
    }

    /// <summary>The layout that a file itself claims to fit, so that reading it checks everything that needs no base model.</summary>
    public static ExpertLayout OwnLayout(ReadOnlyMemory<byte> bytes, ExpertLimits limits)
    {
        using var file = Open(bytes, limits);
        var metadata = MetadataMapping.FromEntries(file.Metadata, lenient: true);
        var ranks = file.Tensors.Values
            .DistinctBy(tensor => ExpertTensors.MatrixOf(tensor.Name))
            .ToDictionary(
                tensor => ExpertTensors.MatrixOf(tensor.Name),
                tensor => (int)Math.Min(int.MaxValue, tensor.Shape.Count == 0 ? 1 : tensor.Shape[0]),
                StringComparer.Ordinal);
        return new ExpertLayout(metadata.BaseModel ?? "", metadata.Decomposition ?? "", ranks);
    }

    public ExpertFile Read(ReadOnlyMemory<byte> bytes)
    {
        using var file = Open(bytes, limits);
        var metadata = MetadataMapping.FromEntries(file.Metadata, lenient);
        CheckFingerprints(metadata);
        if (file.Tensors.Count == 0)
        {
            throw new ExpertFileException(ExpertFileReason.Empty, "The file has no tensor.");
        }

        var tensors = file.Tensors.Values.OrderBy(tensor => tensor.Offset).ToArray();
        CheckDTypes(tensors);
        CheckMatrices(tensors);
        return new ExpertFile(metadata, ExpertVector.Take(tensors.Select(tensor => KeyValuePair.Create(
            ExpertTensors.MatrixOf(tensor.Name), ExpertTensors.ReadChecked(file, tensor, limits.MaxMagnitude)))));
    }

    private void CheckFingerprints(ExpertMetadata metadata)
    {
        if (!lenient || metadata.Format is not null)
        {
            var format = Required(metadata.Format, MetadataMapping.FormatKey);
            if (format != ExpertMetadata.CurrentFormat)
            {
                throw new ExpertFileException(
                    SafetensorsReason.Metadata,
                    $"Version '{Display.Clip(format)}' of the format is unknown; '{ExpertMetadata.CurrentFormat}' is read.");
            }
        }

        CheckFingerprint(metadata.BaseModel, layout.BaseModel, MetadataMapping.BaseModelKey, ExpertFileReason.BaseMismatch, "base model");
        CheckFingerprint(
            metadata.Decomposition,
            layout.Decomposition,
            MetadataMapping.DecompositionKey,
            ExpertFileReason.DecompositionMismatch,
            "decomposition");
    }

    private void CheckFingerprint(string? actual, string expected, string key, string mismatch, string what)
    {
        if (lenient && actual is null)
        {
            return;
        }

        if (!string.Equals(Required(actual, key), expected, StringComparison.Ordinal))
        {
            throw new ExpertFileException(mismatch, $"The expert was made for the {what} {Display.Clip(actual!)}, not for {expected}.")
            {
                ExpectedFingerprint = expected,
                ActualFingerprint = actual,
            };
        }
    }

    private static string Required(string? value, string key) =>
        value ?? throw new ExpertFileException(ExpertFileReason.MetadataMissing, $"The metadata entry '{key}' is missing.");

    private void CheckDTypes(TensorInfo[] tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.DType != SafetensorsDType.F32 && !(lenient && TensorConversion.IsWidenable(tensor.DType)))
            {
                throw new ExpertFileException(
                    SafetensorsReason.DType,
                    $"The tensor '{Display.Clip(tensor.Name)}' is {tensor.DType}; multipliers are F32.",
                    tensor.Offset);
            }
        }
    }

    private void CheckMatrices(TensorInfo[] tensors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        var misshapen = new List<string>();
        foreach (var tensor in tensors)
        {
            var matrix = ExpertTensors.MatrixOf(tensor.Name);
            if ((!lenient && matrix == tensor.Name) || !layout.Ranks.TryGetValue(matrix, out var rank))
            {
                unknown.Add(Display.Clip(tensor.Name));
            }
            else if (tensor.Shape is not [var count] || count != rank)
            {
                misshapen.Add($"{tensor.Name} is {tensor.ShapeText} instead of [{rank}]");
            }
            else if (!seen.Add(matrix))
            {
                throw new ExpertFileException(SafetensorsReason.DuplicateKey, $"Two tensors are for '{matrix}'.", tensor.Offset);
            }
        }

        ThrowIfAny(unknown, ExpertFileReason.UnknownMatrix, "Not multipliers of an adaptable matrix (MATRIX.z)");
        ThrowIfAny(misshapen, ExpertFileReason.ShapeMismatch, "Not one multiplier per singular value");
    }

    private static void ThrowIfAny(List<string> items, string reason, string message)
    {
        if (items.Count > 0)
        {
            var rest = items.Count > MostItemsListed ? $", and {items.Count - MostItemsListed} more" : "";
            throw new ExpertFileException(reason, $"{message}: {string.Join(", ", items.Take(MostItemsListed))}{rest}.");
        }
    }
}
