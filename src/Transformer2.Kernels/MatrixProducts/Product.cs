using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>
/// One product of a job: for every row, y[row, o] = (sum over i of x[row, i] w[o, i]) x multipliers[row][o], stored, or added to what is there.
/// Memory is the caller's. No output may overlap an input or another output of the job.
/// </summary>
public unsafe struct Product
{
    /// <summary>w, [outputs, inputs].</summary>
    public required WeightMatrix Weights { get; init; }

    /// <summary>x, rows of Weights.Inputs floats.</summary>
    public required float* Input { get; init; }

    /// <summary>Floats from one row of the input to the next.</summary>
    public required long InputStride { get; init; }

    /// <summary>y, rows of Weights.Outputs floats.</summary>
    public required float* Output { get; init; }

    /// <summary>Floats from one row of the output to the next.</summary>
    public required long OutputStride { get; init; }

    /// <summary>For each row the address of Weights.Outputs multipliers, or null for a row that has none; null if no row has.</summary>
    public float** Multipliers { get; init; }

    /// <summary>Whether the product is added to what the output holds.</summary>
    public bool Accumulate { get; init; }
}
