using Transformer2.Experts;

namespace Transformer2.Engine.Tests.Batching;

/// <summary>
/// A model runner without a model. It keeps the tokens of every row, fails when one is written or moved where it must not be, and its
/// logits depend on the whole content of a row, so that an answer shows whether the row followed its sequence.
/// </summary>
/// <param name="rows">Rows of the cache.</param>
/// <param name="before">Called before every operation; may fail.</param>
internal sealed class CheckingRunner(int rows, Action? before = null) : IModelRunner
{
    private readonly List<int>[] _rows = [.. Enumerable.Range(0, rows).Select(_ => new List<int>())];

    public int VocabularySize => 64;

    public int ResidentExperts => 0;

    /// <summary>What each row holds.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Rows => _rows;

    /// <summary>Slots in use.</summary>
    public int Acquired { get; private set; }

    /// <summary>The token that follows this content; each is a printable character.</summary>
    public static int Next(IEnumerable<int> content) => (content.Aggregate(7, (hash, token) => ((hash * 31) + token + 1) & 0xffffff) % 57) + 3;

    /// <summary>The answer that a prompt gets.</summary>
    public static int[] Answer(int[] prompt, int length)
    {
        var content = prompt.ToList();
        for (var i = 0; i < length; i++) content.Add(Next(content));
        return [.. content.Skip(prompt.Length)];
    }

    public ExpertSlot? Acquire(ExpertVector expert)
    {
        before?.Invoke();
        Acquired++;
        return new ExpertSlot(0, expert);
    }

    public void Release(ExpertSlot slot) => Acquired--;

    public float[] Prefill(int row, int start, int[] tokens, int promptLength, ExpertSlot? expert)
    {
        before?.Invoke();
        Assert.True(start + tokens.Length <= promptLength);
        Assert.Equal(start, _rows[row].Count);
        _rows[row].AddRange(tokens);
        return Logits(row);
    }

    public float[] Decode(IReadOnlyList<(int Position, int Token)> rows, IReadOnlyList<ExpertSlot?> experts)
    {
        before?.Invoke();
        for (var row = 0; row < rows.Count; row++)
        {
            Assert.Equal(rows[row].Position, _rows[row].Count);
            _rows[row].Add(rows[row].Token);
        }

        return [.. Enumerable.Range(0, rows.Count).SelectMany(Logits)];
    }

    public void Move(int from, int to, int length)
    {
        before?.Invoke();
        Assert.Empty(_rows[to]);
        Assert.Equal(_rows[from].Count, length);
        _rows[to].AddRange(_rows[from]);
    }

    public void Clear(int row, int length)
    {
        before?.Invoke();
        Assert.Equal(_rows[row].Count, length);
        _rows[row].Clear();
    }

    public void Dispose()
    {
    }

    private float[] Logits(int row)
    {
        var logits = new float[VocabularySize];
        logits[Next(_rows[row])] = 1;
        return logits;
    }
}
