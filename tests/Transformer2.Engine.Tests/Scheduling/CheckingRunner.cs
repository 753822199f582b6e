using Transformer2.Experts;

namespace Transformer2.Engine.Tests.Scheduling;

/// <summary>
/// A model runner without a model. It keeps the tokens of every block, fails when one is read or written that does not hold what its row's
/// tokens say, and its logits depend on the whole content of a row's blocks, so that an answer shows whether they followed their sequence.
/// </summary>
/// <param name="before">Called before every operation; may fail.</param>
internal sealed class CheckingRunner(Action? before = null) : IModelRunner
{
    private readonly Dictionary<int, List<int>> _blocks = [];
    private readonly List<ResidentExpert> _loaded = [];

    public int VocabularySize => 64;

    /// <summary>What each block holds that is not empty.</summary>
    public IReadOnlyDictionary<int, List<int>> Blocks => _blocks;

    /// <summary>Experts in memory.</summary>
    public int Loaded => _loaded.Count;

    /// <summary>Rows of the last run, and tokens of all runs.</summary>
    public (int Rows, int Tokens) Computed { get; private set; }

    /// <summary>Most rows of a run.</summary>
    public int MostRows { get; private set; }

    /// <summary>The token that follows this content; each is a printable character.</summary>
    public static int Next(IEnumerable<int> content) => (content.Aggregate(7, (hash, token) => ((hash * 31) + token + 1) & 0xffffff) % 57) + 3;

    /// <summary>The answer that a prompt gets.</summary>
    public static int[] Answer(int[] prompt, int length)
    {
        var content = prompt.ToList();
        for (var i = 0; i < length; i++) content.Add(Next(content));
        return [.. content.Skip(prompt.Length)];
    }

    public ResidentExpert Load(ExpertVector expert)
    {
        before?.Invoke();
        var resident = new FakeExpert(expert, _loaded);
        _loaded.Add(resident);
        return resident;
    }

    public Span<float> Run(IReadOnlyList<Piece> pieces)
    {
        before?.Invoke();
        Assert.Equal(pieces.Count, pieces.DistinctBy(piece => piece.Row).Count());
        foreach (var piece in pieces)
        {
            var row = piece.Row;
            Assert.InRange(piece.Count, 1, row.Remaining);
            Assert.Equal(row.Tokens.Take(row.Length), Content(row, row.Length));
            for (var i = row.Length; i < row.Length + piece.Count; i++)
            {
                var block = row.Blocks[i / Scheduler.BlockTokens];
                Assert.NotEqual(0, block);
                if (!_blocks.TryGetValue(block, out var tokens)) _blocks.Add(block, tokens = []);
                // A run that is repeated writes the same again.
                if (tokens.Count > i % Scheduler.BlockTokens) Assert.Equal(row.Tokens[i], tokens[i % Scheduler.BlockTokens]);
                else tokens.Add(row.Tokens[i]);
                Assert.True(tokens.Count > i % Scheduler.BlockTokens);
            }
        }

        Computed = (pieces.Count, Computed.Tokens + pieces.Sum(piece => piece.Count));
        MostRows = Math.Max(MostRows, pieces.Count);
        return pieces.SelectMany(piece => Enumerable.Range(piece.Row.Length + piece.Count - piece.Wanted, piece.Wanted).SelectMany(place => Logits(piece.Row, place + 1))).ToArray();
    }

    public void Clear(int block)
    {
        before?.Invoke();
        _blocks.Remove(block);
    }

    public void Dispose()
    {
    }

    private List<int> Content(Row row, int length)
    {
        var content = new List<int>();
        for (var i = 0; i < length; i++) content.Add(_blocks[row.Blocks[i / Scheduler.BlockTokens]][i % Scheduler.BlockTokens]);
        return content;
    }

    private float[] Logits(Row row, int length)
    {
        var logits = new float[VocabularySize];
        logits[Next(Content(row, length))] = 1;
        return logits;
    }

    private sealed class FakeExpert(ExpertVector vector, List<ResidentExpert> loaded) : ResidentExpert(vector)
    {
        public override void Dispose() => Assert.True(loaded.Remove(this));
    }
}
