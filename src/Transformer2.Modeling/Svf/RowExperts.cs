using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>Which effective multipliers each row of a batch uses, per adapted matrix.</summary>
public sealed class RowExperts
{
    private readonly Dictionary<string, MatrixRows> _matrices = [];
    private readonly Dictionary<string, LowRankRows> _lowRank = [];

    /// <summary>Every row uses the same multipliers.</summary>
    /// <param name="multipliers">Matrix name to z [rank], or [1, rank], or one per row [batch, rank]; may require gradients.</param>
    public static RowExperts ForAllRows(IEnumerable<KeyValuePair<string, Tensor>> multipliers)
    {
        var experts = new RowExperts();
        foreach (var (name, z) in multipliers)
            experts._matrices.Add(name, new MatrixRows(z.dim() == 1 ? z.unsqueeze(0) : z, null, null, null));
        return experts;
    }

    /// <summary>Every row uses the same expert, in the model's number type and place.</summary>
    public static RowExperts ForAllRows(ExpertVector expert, Decoder model) => ForAllRows(expert.Multipliers.Select(
        entry => KeyValuePair.Create(entry.Key, tensor(entry.Value.ToArray()).to(model.DType, model.Device))));

    /// <summary>Adds one matrix of a mixed batch.</summary>
    /// <param name="matrix">The checkpoint's parameter name.</param>
    /// <param name="rows">The batch's rows for this matrix.</param>
    public void Add(string matrix, MatrixRows rows) => _matrices.Add(matrix, rows);

    /// <summary>The matrix's rows, or null when no row adapts it.</summary>
    public MatrixRows? Find(string matrix) => _matrices.GetValueOrDefault(matrix);

    /// <summary>Adds a low-rank update of one matrix, which comes on top of what its multipliers do.</summary>
    /// <param name="matrix">The checkpoint's parameter name.</param>
    /// <param name="rows">The batch's rows for this matrix.</param>
    public void Add(string matrix, LowRankRows rows) => _lowRank.Add(matrix, rows);

    /// <summary>The matrix's low-rank updates, or null when no row has one.</summary>
    public LowRankRows? FindLowRank(string matrix) => _lowRank.GetValueOrDefault(matrix);
}

/// <summary>Low-rank updates of one matrix, y += scale * (x * dropout) A^T B^T (LoRA, arXiv 2106.09685): a baseline for experiments, which no expert file holds.</summary>
/// <param name="A">[rows, rank, in], or [1, rank, in] for all rows alike.</param>
/// <param name="B">[rows, out, rank], or [1, out, rank]; the scale is in it.</param>
/// <param name="Dropout">What the inputs are multiplied by, [rows, time, in]; null outside training.</param>
public sealed record LowRankRows(Tensor A, Tensor B, Tensor? Dropout = null)
{
    /// <param name="x">[rows, time, in]</param>
    /// <returns>[rows, time, out]</returns>
    internal Tensor Forward(Tensor x)
    {
        if (Dropout is not null) x = x * Dropout;
        return A.shape[0] == 1
            ? nn.functional.linear(nn.functional.linear(x, A.squeeze(0)), B.squeeze(0))
            : x.bmm(A.transpose(1, 2)).bmm(B.transpose(1, 2));
    }
}

/// <summary>How the rows of a batch use one matrix.</summary>
/// <param name="Multipliers">Effective multipliers z of the adapted rows, [adapted, rank] (or [1, rank] for all alike).</param>
/// <param name="Adapted">Int64 indices of the adapted rows; null when every row is adapted.</param>
/// <param name="Plain">Int64 indices of the rows that use the base matrix; null when there is none.</param>
/// <param name="Restore">Int64 [batch]: where each row stands in (adapted, plain).</param>
public sealed record MatrixRows(Tensor Multipliers, Tensor? Adapted, Tensor? Plain, Tensor? Restore);
