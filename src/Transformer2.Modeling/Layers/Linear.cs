using TorchSharp;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>
/// A projection matrix that can serve a different expert in every row of the batch. Rows without an expert take the dense product,
/// bit-equal to the bare model; adapted rows take the factored form y = ((x V) * (sigma * z[row])) U^T, so the cost does not depend
/// on how many experts the batch holds.
/// </summary>
public sealed class Linear
{
    internal Linear(string name, Tensor weight, Tensor? bias)
    {
        Name = name;
        Weight = weight;
        Bias = bias;
    }

    /// <summary>The checkpoint's parameter name, for example <c>model.layers.0.mlp.gate_proj.weight</c>.</summary>
    public string Name { get; }

    /// <summary>[out, in]</summary>
    public Tensor Weight { get; }

    /// <summary>[out], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The matrix's decomposition; needed before an expert can be applied.</summary>
    public SvdFactors? Factors { get; internal set; }

    /// <param name="x">[batch, time, in]</param>
    /// <param name="experts">The experts of the batch's rows; null is the base model for all.</param>
    /// <returns>[batch, time, out]</returns>
    internal Tensor Forward(Tensor x, RowExperts? experts)
    {
        var y = Multiplied(x, experts);
        return experts?.FindLowRank(Name) is { } update ? y.Plus(update.Forward(x)) : y;
    }

    private Tensor Multiplied(Tensor x, RowExperts? experts)
    {
        if (experts?.Find(Name) is not { } rows) return Dense(x);
        if (rows.Adapted is null) return Factored(x, rows.Multipliers);

        var adapted = Factored(x.index_select(0, rows.Adapted), rows.Multipliers);
        var plain = Dense(x.index_select(0, rows.Plain!));
        return cat([adapted, plain], 0).index_select(0, rows.Restore!); // back to the batch's order
    }

    private Tensor Dense(Tensor x) => nn.functional.linear(x, Weight, Bias);

    private Tensor Factored(Tensor x, Tensor multipliers)
    {
        var factors = Factors ?? throw new InvalidOperationException($"{Name} has no decomposition: an expert cannot be applied.");
        var scaled = nn.functional.linear(x, factors.Vh) * (factors.Sigma * multipliers).unsqueeze(1); // [batch, time, rank]
        return nn.functional.linear(scaled, factors.U, Bias);
    }
}
