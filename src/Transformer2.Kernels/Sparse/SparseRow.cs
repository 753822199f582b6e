namespace Transformer2.Kernels.Sparse;

/// <summary>What one row of a batch selects from a factored matrix; memory is the caller's.</summary>
public unsafe struct SparseRow
{
    /// <summary>Selected directions: rows of the factors.</summary>
    public required int* Indices { get; init; }

    /// <summary>A coefficient for each.</summary>
    public required float* Coefficients { get; init; }

    /// <summary>How many; 0 for a row that gets nothing.</summary>
    public required int Count { get; init; }
}
