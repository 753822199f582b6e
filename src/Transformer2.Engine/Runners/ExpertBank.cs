using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>
/// The effective multipliers of all resident experts, one table [slots, rank] per adapted matrix. Slots are found by content hash, so
/// equal experts of different requests share one; unused ones stay until their place is needed.
/// </summary>
internal sealed class ExpertBank(Decoder model, int capacity) : IDisposable
{
    private const int InitialSlots = 16;

    private readonly Dictionary<string, Tensor> _tables = [];
    private readonly Dictionary<string, LinkedListNode<ExpertSlot>> _slots = [];
    private readonly LinkedList<ExpertSlot> _byUse = new(); // most recently used first
    // None where the model was loaded without its decomposition.
    private readonly Dictionary<string, int> _ranks = model.Projections
        .Where(projection => projection.Factors is not null)
        .ToDictionary(projection => projection.Name, projection => projection.Factors!.Rank);
    private readonly Stack<int> _free = new(); // places below _used that hold no expert
    private int _used;
    private int _allocated;

    public int Count => _slots.Count;

    /// <summary>Finds or makes the expert's slot.</summary>
    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    public ExpertSlot? Acquire(ExpertVector expert)
    {
        if (expert.IsIdentity) return null;
        if (!_slots.TryGetValue(expert.Digest, out var node))
        {
            Check(expert);
            var slot = new ExpertSlot(FreeIndex(), expert);
            try
            {
                Store(slot);
            }
            catch
            {
                _free.Push(slot.Index);
                throw;
            }

            node = new LinkedListNode<ExpertSlot>(slot);
            _slots.Add(expert.Digest, node);
        }
        else
        {
            _byUse.Remove(node);
        }

        _byUse.AddFirst(node);
        node.Value.Users++;
        return node.Value;
    }

    /// <summary>What the rows of a batch use, per matrix.</summary>
    public RowExperts? Select(IReadOnlyList<ExpertSlot?> rows)
    {
        if (rows.All(slot => slot is null)) return null;
        var experts = new RowExperts();
        foreach (var (matrix, table) in _tables)
        {
            var adapted = Enumerable.Range(0, rows.Count).Where(row => rows[row]?.Adapts(matrix) == true).ToArray();
            if (adapted.Length == 0) continue;
            var multipliers = table.index_select(0, Indices(adapted.Select(row => rows[row]!.Index)));
            experts.Add(matrix, adapted.Length == rows.Count ? new MatrixRows(multipliers, null, null, null) : Mixed(multipliers, adapted, rows.Count));
        }

        return experts;
    }

    public void Dispose()
    {
        foreach (var table in _tables.Values) table.Dispose();
    }

    private MatrixRows Mixed(Tensor multipliers, int[] adapted, int count)
    {
        var plain = Enumerable.Range(0, count).Except(adapted).ToArray();
        var restore = new int[count];
        foreach (var (place, row) in adapted.Concat(plain).Index()) restore[row] = place;
        return new MatrixRows(multipliers, Indices(adapted), Indices(plain), Indices(restore));
    }

    private Tensor Indices(IEnumerable<int> values) => tensor([.. values.Select(value => (long)value)], device: model.Device);

    private int FreeIndex()
    {
        if (_slots.Count >= capacity && Evict() is { } evicted) return evicted;
        // Beyond the capacity when all are in use: their number is bounded by the batch's rows.
        return _free.TryPop(out var index) ? index : _used++;
    }

    private int? Evict()
    {
        for (var node = _byUse.Last; node is not null; node = node.Previous)
        {
            if (node.Value.Users > 0) continue;
            _byUse.Remove(node);
            _slots.Remove(node.Value.Expert.Digest);
            return node.Value.Index;
        }

        return null;
    }

    private void Check(ExpertVector expert)
    {
        foreach (var (matrix, multipliers) in expert.Multipliers)
        {
            if (!_ranks.TryGetValue(matrix, out var rank) || rank != multipliers.Length)
                throw new EngineException(EngineError.InvalidMixture, $"The expert does not fit the model at {matrix}.");
        }
    }

    private void Store(ExpertSlot slot)
    {
        using var scope = NewDisposeScope();
        if (slot.Index >= _allocated) Grow(slot.Index + 1);
        foreach (var (matrix, multipliers) in slot.Expert.Multipliers)
        {
            if (!_tables.TryGetValue(matrix, out var table))
                _tables.Add(matrix, table = ones([_allocated, multipliers.Length], model.DType, model.Device).DetachFromDisposeScope());
            table[slot.Index].copy_(tensor(multipliers.ToArray()).to(model.DType, model.Device));
        }
    }

    private void Grow(int least)
    {
        var allocated = Math.Max(InitialSlots, Math.Max(least, _allocated * 2));
        foreach (var (matrix, table) in _tables.ToArray())
        {
            // Not from _allocated: an attempt that failed half-way has grown some tables.
            var more = ones([Math.Max(0, allocated - table.shape[0]), table.shape[1]], model.DType, model.Device);
            _tables[matrix] = cat([table, more], 0).DetachFromDisposeScope();
            table.Dispose();
        }

        _allocated = allocated;
    }
}
