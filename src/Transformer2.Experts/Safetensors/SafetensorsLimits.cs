namespace Transformer2.Experts;

/// <summary>What a header may hold; everything here is checked before the memory for it is taken.</summary>
public sealed record SafetensorsLimits
{
    /// <summary>For model files that the operator chose: the format's own limits.</summary>
    public static SafetensorsLimits Checkpoint { get; } = new()
    {
        MaxHeaderBytes = 100_000_000,
        MaxTensors = 1_000_000,
        MaxRank = 32,
        MaxNameBytes = 65_536,
        PlainNames = false,
        AllowEmptyTensors = true,
        MaxMetadataEntries = 4096,
        MaxMetadataBytes = 100_000_000,
    };

    /// <summary>For expert files, which come from strangers.</summary>
    public static SafetensorsLimits Expert { get; } = new()
    {
        MaxHeaderBytes = 1 << 20,
        MaxTensors = 4096,
        MaxRank = 8,
        MaxNameBytes = 256,
        PlainNames = true,
        AllowEmptyTensors = false,
        MaxMetadataEntries = 64,
        MaxMetadataBytes = 64 << 10,
    };

    /// <summary>Largest JSON header.</summary>
    public required int MaxHeaderBytes { get; init; }

    /// <summary>Most tensors; beyond 4096 the file must also have a KiB for each.</summary>
    public required int MaxTensors { get; init; }

    /// <summary>Most extents of one tensor; a small number, they are read into the stack.</summary>
    public required int MaxRank { get; init; }

    /// <summary>Longest tensor name in UTF-8 bytes.</summary>
    public required int MaxNameBytes { get; init; }

    /// <summary>Tensor names consist of <c>[A-Za-z0-9._-]</c> only.</summary>
    public required bool PlainNames { get; init; }

    /// <summary>Scalars (rank 0) and extents of zero are accepted.</summary>
    public required bool AllowEmptyTensors { get; init; }

    /// <summary>Most metadata entries.</summary>
    public required int MaxMetadataEntries { get; init; }

    /// <summary>Most UTF-8 bytes of all metadata keys and values together.</summary>
    public required int MaxMetadataBytes { get; init; }
}
