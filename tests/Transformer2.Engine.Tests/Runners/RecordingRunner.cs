using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>Keeps the logits that every row got, token by token, and what they were computed with.</summary>
internal sealed class RecordingRunner(IModelRunner inner) : IModelRunner
{
    private readonly Dictionary<Row, List<float[]>> _logits = [];
    private readonly Dictionary<Row, string> _formKeys = [];
    private readonly HashSet<ResidentExpert> _seen = [];

    public int VocabularySize => inner.VocabularySize;

    /// <summary>Pieces of the largest run.</summary>
    public int MostPieces { get; private set; }

    public IReadOnlyList<float[]> Of(Row row) => _logits.TryGetValue(row, out var logits) ? logits : [];

    /// <summary>In which form a row's expert was computed; empty for the base model.</summary>
    public string FormKeyOf(Row row) => _formKeys[row];

    /// <summary>The forms of all matrices of all experts that rows had.</summary>
    public SortedSet<ExpertForm> Forms { get; } = [];

    /// <summary>Gives sequences merged copies.</summary>
    public Func<ExpertVector, ResidentExpert?>? Merged { get; set; }

    public ResidentExpert? FindMerged(ExpertVector expert) => Merged?.Invoke(expert);

    public ResidentExpert Load(ExpertVector expert) => inner.Load(expert);

    public Span<float> Run(IReadOnlyList<Piece> pieces)
    {
        var logits = inner.Run(pieces);
        MostPieces = Math.Max(MostPieces, pieces.Count);
        foreach (var (row, _) in pieces)
        {
            // From its first step to its last.
            var key = row.Expert?.FormKey ?? "";
            if (!_formKeys.TryAdd(row, key)) Assert.Equal(_formKeys[row], key);
            if (row.Expert is SimdExpert expert && _seen.Add(expert)) Forms.UnionWith(Enumerable.Range(0, TinyModelFolder.Ranks.Count).Select(expert.FormOf));
        }

        var next = 0;
        foreach (var piece in pieces.SelectMany(piece => Enumerable.Repeat(piece, piece.Wanted)))
        {
            if (!_logits.TryGetValue(piece.Row, out var list)) _logits.Add(piece.Row, list = []);
            list.Add(logits.Slice(next++ * VocabularySize, VocabularySize).ToArray());
        }

        return logits;
    }

    public void Clear(int block) => inner.Clear(block);

    public void Dispose() => inner.Dispose();
}
