namespace Transformer2.Engine;

/// <summary>
/// The running sequences, one per row, without gaps: rows of complete prompts first, so that one decode step takes adjacent rows, then
/// at most one row whose prompt is still being computed.
/// </summary>
internal sealed class Batch(IModelRunner runner, int capacity)
{
    private readonly List<Sequence> _rows = [];

    /// <summary>Rows in use.</summary>
    public int Count => _rows.Count;

    public bool IsFull => _rows.Count == capacity;

    /// <summary>The sequence whose prompt is still being computed; it is in the last row.</summary>
    public Sequence? Prefilling => _rows.Count > 0 && _rows[^1].IsPrefilling ? _rows[^1] : null;

    /// <summary>Rows that decode.</summary>
    public IReadOnlyList<Sequence> Decoding => _rows[..(_rows.Count - (Prefilling is null ? 0 : 1))];

    public IReadOnlyList<Sequence> Rows => _rows;

    /// <summary>Gives a new sequence the last row. Nothing else may be prefilling.</summary>
    public void Add(Sequence sequence)
    {
        sequence.Slot = runner.Acquire(sequence.Expert);
        _rows.Add(sequence);
    }

    /// <summary>Frees a sequence's row and closes the gap.</summary>
    public void Remove(Sequence sequence)
    {
        var gap = _rows.IndexOf(sequence);
        runner.Clear(gap, sequence.Length);
        if (sequence.Slot is { } slot) runner.Release(slot);

        // The last decoding row fills the gap; a prefilling row then follows into its place.
        var lastDecoding = _rows.Count - (Prefilling is null ? 1 : 2);
        if (gap < lastDecoding) gap = Move(lastDecoding, gap);
        if (gap < _rows.Count - 1) gap = Move(_rows.Count - 1, gap);
        _rows.RemoveAt(gap);
    }

    private int Move(int from, int to)
    {
        runner.Move(from, to, _rows[from].Length);
        runner.Clear(from, _rows[from].Length);
        _rows[to] = _rows[from];
        return from;
    }
}
