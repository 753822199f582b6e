using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>What a model computes with for one adapter.</summary>
/// <param name="Multipliers">Effective multipliers [rank] by matrix name.</param>
/// <param name="LowRank">Low-rank updates by matrix name.</param>
public sealed record AdapterTensors(IReadOnlyDictionary<string, Tensor> Multipliers, IReadOnlyDictionary<string, LowRankTensors> LowRank)
{
    /// <summary>The base model.</summary>
    public static AdapterTensors None { get; } = new(new Dictionary<string, Tensor>(), new Dictionary<string, LowRankTensors>());

    /// <summary>Whether it changes nothing by what it is, whatever the numbers.</summary>
    public bool IsNone => Multipliers.Count == 0 && LowRank.Count == 0;

    /// <summary>Plain numbers on the model's device.</summary>
    /// <param name="weights">The adapter; null is the base model.</param>
    /// <param name="model">The model.</param>
    public static AdapterTensors Of(AdapterWeights? weights, Decoder model) => weights switch
    {
        SvfWeights svf when !svf.Vector.IsIdentity => None with
        {
            Multipliers = svf.Vector.Multipliers.ToDictionary(entry => entry.Key, entry => tensor(entry.Value.ToArray()).to(model.DType, model.Device)),
        },
        LoraWeights lora => None with
        {
            LowRank = lora.Matrices.ToDictionary(entry => entry.Key, entry => new LowRankTensors(
                tensor(entry.Value.A.ToArray()).view(entry.Value.Rank, -1).to(model.DType, model.Device),
                tensor(entry.Value.B.ToArray()).view(-1, entry.Value.Rank).to(model.DType, model.Device) * Scalars.Of(entry.Value.Scale))),
        },
        _ => None,
    };

    /// <summary>Puts adapters into one batch, whose rows carry their own: first the rows of the first adapter, then those of the next.</summary>
    /// <param name="adapters">Each with the number of its rows.</param>
    /// <returns>Null when all are the base model.</returns>
    public static RowExperts? Rows(IReadOnlyList<(AdapterTensors Adapter, int Rows)> adapters)
    {
        if (adapters.All(entry => entry.Adapter.IsNone)) return null;
        if (adapters.Count == 1) return adapters[0].Adapter.AllRows();
        var experts = new RowExperts();
        Lazy<Tensor> owners = new(() => tensor(adapters.Index().SelectMany(entry => Enumerable.Repeat((long)entry.Index, entry.Item.Rows)).ToArray(), device: DeviceOf(adapters)));
        foreach (var matrix in adapters.SelectMany(entry => entry.Adapter.Multipliers.Keys).Distinct())
        {
            var one = new Lazy<Tensor>(() => ones_like(adapters.Select(entry => entry.Adapter.Multipliers.GetValueOrDefault(matrix)).First(z => z is not null)!).detach());
            var all = stack(adapters.Select(entry => entry.Adapter.Multipliers.GetValueOrDefault(matrix) ?? one.Value)); // [adapters, rank]
            experts.Add(matrix, new MatrixRows(all.index_select(0, owners.Value), null, null, null));
        }

        foreach (var matrix in adapters.SelectMany(entry => entry.Adapter.LowRank.Keys).Distinct()) experts.Add(matrix, LowRankOf(adapters, matrix, owners.Value));
        return experts;
    }

    private static LowRankRows LowRankOf(IReadOnlyList<(AdapterTensors Adapter, int Rows)> adapters, string matrix, Tensor owners)
    {
        LowRankTensors?[] own = [.. adapters.Select(entry => entry.Adapter.LowRank.GetValueOrDefault(matrix))];
        // Smaller ranks are filled up with zeros.
        var rank = own.Max(update => update?.A.shape[0] ?? 0);
        var some = own.First(update => update is not null)!;
        var a = stack(own.Select(update => update is null ? zeros([rank, some.A.shape[1]], some.A.dtype, some.A.device) : Filled(update.A, 0)));
        var b = stack(own.Select(update => update is null ? zeros([some.B.shape[0], rank], some.B.dtype, some.B.device) : Filled(update.B, 1)));
        Tensor? dropout = null;
        if (own.FirstOrDefault(update => update?.Dropout is not null)?.Dropout is { } mask)
            dropout = cat([.. own.Select((update, i) => update?.Dropout ?? ones([adapters[i].Rows, mask.shape[1], mask.shape[2]], mask.dtype, mask.device))], 0);
        return new LowRankRows(a.index_select(0, owners), b.index_select(0, owners), dropout);

        Tensor Filled(Tensor x, int dimension)
        {
            if (x.shape[dimension] == rank) return x;
            long[] shape = [.. x.shape];
            shape[dimension] = rank - shape[dimension];
            return cat([x, zeros(shape, x.dtype, x.device)], dimension);
        }
    }

    private static Device DeviceOf(IReadOnlyList<(AdapterTensors Adapter, int Rows)> adapters) => adapters
        .SelectMany(entry => entry.Adapter.Multipliers.Values.Concat(entry.Adapter.LowRank.Values.Select(update => update.A)))
        .First().device;

    private RowExperts AllRows()
    {
        var experts = RowExperts.ForAllRows(Multipliers);
        foreach (var (matrix, update) in LowRank) experts.Add(matrix, new LowRankRows(update.A.unsqueeze(0), update.B.unsqueeze(0), update.Dropout));
        return experts;
    }
}

/// <summary>A low-rank update.</summary>
/// <param name="A">[rank, in]</param>
/// <param name="B">[out, rank], with the scale.</param>
/// <param name="Dropout">[rows, time, in] or null.</param>
public sealed record LowRankTensors(Tensor A, Tensor B, Tensor? Dropout = null);
