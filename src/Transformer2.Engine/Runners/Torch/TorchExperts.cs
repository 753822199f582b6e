using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>Brings experts into the form that <see cref="Decoder"/> takes, and says which rows of a batch use which.</summary>
internal sealed class TorchExperts
{
    private readonly Decoder _model;
    // Where a matrix's multipliers are. None where the model was loaded without its decomposition.
    private readonly Dictionary<string, (int Start, int Rank)> _places = [];
    private readonly int _total;

    public TorchExperts(Decoder model)
    {
        _model = model;
        foreach (var projection in model.Projections)
        {
            if (projection.Factors is not { } factors) continue;
            _places.Add(projection.Name, (_total, factors.Rank));
            _total += factors.Rank;
        }
    }

    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    public TorchExpert Load(ExpertVector expert)
    {
        var values = new float[_total];
        Array.Fill(values, 1);
        foreach (var (matrix, multipliers) in expert.Multipliers)
        {
            if (!_places.TryGetValue(matrix, out var place) || place.Rank != multipliers.Length)
                throw new EngineException(EngineError.InvalidMixture, $"The expert does not fit the model at {matrix}.");
            multipliers.Span.CopyTo(values.AsSpan(place.Start));
        }

        using var scope = NewDisposeScope();
        var read = tensor(values);
        var converted = read.to(_model.DType, _model.Device);
        // What remains of it is in the expert only, which clears it.
        if (converted.dtype != read.dtype || converted.device_type != read.device_type) read.zero_();
        return new TorchExpert(expert, converted.DetachFromDisposeScope());
    }

    /// <summary>What the rows of a batch use, per matrix; null when all use the base model.</summary>
    public RowExperts? Select(IReadOnlyList<TorchExpert?> rows)
    {
        int[] withExpert = [.. Enumerable.Range(0, rows.Count).Where(row => rows[row] is not null)];
        if (withExpert.Length == 0) return null;
        var values = stack(withExpert.Select(row => rows[row]!.Values)); // [rows with an expert, sum of ranks]
        var experts = new RowExperts();
        var splits = new List<Split>(); // few: most experts adapt the same matrices
        foreach (var (matrix, (start, rank)) in _places)
        {
            int[] adapted = [.. withExpert.Where(row => rows[row]!.Adapts(matrix))];
            if (adapted.Length == 0) continue;
            var split = splits.FirstOrDefault(split => split.Adapted.SequenceEqual(adapted));
            if (split is null) splits.Add(split = new Split(adapted, withExpert, rows.Count, _model.Device));
            experts.Add(matrix, split.Of(values.narrow(1, start, rank)));
        }

        return experts;
    }

    // How the batch divides for all matrices that the same rows adapt.
    private sealed class Split(int[] adapted, int[] withExpert, int count, Device device)
    {
        private readonly Tensor? _values = adapted.Length == withExpert.Length ? null : Indices(adapted.Select(row => Array.IndexOf(withExpert, row)), device);
        private readonly Tensor? _adapted = adapted.Length == count ? null : Indices(adapted, device);
        private readonly Tensor? _plain = adapted.Length == count ? null : Indices(Enumerable.Range(0, count).Except(adapted), device);
        private readonly Tensor? _restore = adapted.Length == count ? null : Indices(Restore(adapted, count), device);

        public int[] Adapted => adapted;

        public MatrixRows Of(Tensor values) => new(_values is null ? values : values.index_select(0, _values), _adapted, _plain, _restore);

        private static int[] Restore(int[] adapted, int count)
        {
            var restore = new int[count];
            foreach (var (place, row) in adapted.Concat(Enumerable.Range(0, count).Except(adapted)).Index()) restore[row] = place;
            return restore;
        }

        private static Tensor Indices(IEnumerable<int> values, Device device) => tensor([.. values.Select(value => (long)value)], device: device);
    }
}
