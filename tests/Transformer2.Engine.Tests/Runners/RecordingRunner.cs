using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>Keeps the logits that every row got, token by token.</summary>
internal sealed class RecordingRunner(IModelRunner inner) : IModelRunner
{
    private readonly Dictionary<Row, List<float[]>> _logits = [];

    public int VocabularySize => inner.VocabularySize;

    /// <summary>Pieces of the largest run.</summary>
    public int MostPieces { get; private set; }

    public IReadOnlyList<float[]> Of(Row row) => _logits.TryGetValue(row, out var logits) ? logits : [];

    /// <summary>The forms of all matrices of all experts.</summary>
    public SortedSet<ExpertForm> Forms { get; } = [];

    public ResidentExpert Load(ExpertVector expert)
    {
        var resident = inner.Load(expert);
        if (resident is SimdExpert simd) Forms.UnionWith(Enumerable.Range(0, TinyModelFolder.Ranks.Count).Select(simd.FormOf));
        return resident;
    }

    public Span<float> Run(IReadOnlyList<Piece> pieces)
    {
        var logits = inner.Run(pieces);
        MostPieces = Math.Max(MostPieces, pieces.Count);
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
