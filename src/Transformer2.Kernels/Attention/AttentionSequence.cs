namespace Transformer2.Kernels.Attention;

/// <summary>
/// The queries of one sequence in a step: tokens that follow each other, whose keys and values are in the blocks already. Memory is the caller's.
/// </summary>
public unsafe struct AttentionSequence
{
    /// <summary>The first query, [heads x headDim] floats, position already applied.</summary>
    public required float* Query { get; init; }

    /// <summary>Floats from one query to the next.</summary>
    public required long QueryStride { get; init; }

    /// <summary>Where the first result goes, [heads x headDim] floats.</summary>
    public required float* Output { get; init; }

    /// <summary>Floats from one result to the next.</summary>
    public required long OutputStride { get; init; }

    /// <summary>Blocks of one layer: position p is in block p / blockTokens. Blocks that no query sees are not read and may be null.</summary>
    public required void** Blocks { get; init; }

    /// <summary>The position of the first query, from 0; it sees itself and what is before it.</summary>
    public required int Position { get; init; }

    /// <summary>How many queries.</summary>
    public required int Queries { get; init; }

    /// <summary>The largest number of positions that a query sees, its own among them; 0 for all.</summary>
    public int Window { get; init; }
}
