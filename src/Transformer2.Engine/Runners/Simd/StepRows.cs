using System.Runtime.InteropServices;
using Transformer2.Kernels;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>
/// Token rows of one step and the memory that they compute in, which grows and is kept. Pieces of the base model come first, those with an expert after
/// them, and those with a merged copy at the end, copy by copy: rows which take the same products are neighbours.
/// </summary>
internal sealed unsafe class StepRows : IDisposable
{
    private readonly NativeScratch<float>[] _scratch = [.. Enumerable.Range(0, 11).Select(_ => new NativeScratch<float>())];
    private readonly NativeScratch<nint> _multipliers = new();
    private readonly List<int> _order = []; // places in the plan; of wanted rows, each piece's last row

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>The pieces in the order of their rows.</summary>
    public List<StepPiece> Pieces { get; } = [];

    /// <summary>Each row's token.</summary>
    public int[] Tokens { get; private set; } = [];

    /// <summary>Each row's piece.</summary>
    public int[] PieceOf { get; private set; } = [];

    /// <summary>Rows whose logits are wanted, in the order of the plan.</summary>
    public List<int> Wanted { get; } = [];

    /// <summary>Whether the logits of all rows are wanted.</summary>
    public bool AreAllWanted => Wanted.Count == Count;

    /// <summary>The residual stream, [rows, hidden].</summary>
    public float* Stream { get; private set; }

    /// <summary>A norm's output, [rows, hidden].</summary>
    public float* Normed { get; private set; }

    /// <summary>[rows, heads * head_dim]</summary>
    public float* Query { get; private set; }

    /// <summary>[rows, kv_heads * head_dim]</summary>
    public float* Key { get; private set; }

    /// <summary>[rows, kv_heads * head_dim]</summary>
    public float* Value { get; private set; }

    /// <summary>[rows, heads * head_dim]</summary>
    public float* Attended { get; private set; }

    /// <summary>[rows, intermediate]</summary>
    public float* Gate { get; private set; }

    /// <summary>[rows, intermediate]</summary>
    public float* Up { get; private set; }

    /// <summary>What the factored forms of up to three matrices have between their products, [3, rows, hidden]: no matrix has more singular values.</summary>
    public float* Middle { get; private set; }

    /// <summary>The rows whose logits are wanted, after the last norm, [wanted, hidden].</summary>
    public float* Last { get; private set; }

    /// <summary>[wanted, vocabulary]</summary>
    public float* Logits { get; private set; }

    /// <summary>Room for three addresses of multipliers per row.</summary>
    public float** Multipliers { get; private set; }

    /// <summary>Lays out the rows of a plan.</summary>
    public void Prepare(IReadOnlyList<Piece> plan, ModelConfig config)
    {
        Order(plan);
        Count = 0;
        Pieces.Clear();
        foreach (var place in _order)
        {
            Pieces.Add(new StepPiece(plan[place], Count, Skipped: 0));
            Count += plan[place].Count;
        }

        Resize();
        foreach (var piece in Pieces)
            CollectionsMarshal.AsSpan(piece.Row.Tokens).Slice(piece.Position, piece.Count).CopyTo(Tokens.AsSpan(piece.FirstRow));

        Wanted.Clear();
        for (var place = 0; place < plan.Count; place++)
        {
            var wanted = plan[place].Wanted;
            if (wanted == 0) continue;
            var last = Pieces[_order.IndexOf(place)].LastRow;
            for (var row = last - wanted + 1; row <= last; row++) Wanted.Add(row);
        }

        Reserve(config);
    }

    /// <summary>
    /// Lays out the rows of a step whose logits are wanted, which alone go on once keys and values of the last layer are in the cache, and takes over their
    /// streams and queries.
    /// </summary>
    public void PrepareWanted(StepRows all, ModelConfig config)
    {
        Count = 0;
        Pieces.Clear();
        _order.Clear();
        foreach (var (piece, _, _) in all.Pieces)
        {
            Count += piece.Wanted;
            _order.Add(Count - 1);
            if (piece.Wanted > 0) Pieces.Add(new StepPiece(piece, Count - piece.Wanted, piece.Count - piece.Wanted));
        }

        Resize();
        Wanted.Clear();
        foreach (var row in all.Wanted) Wanted.Add(_order[all.PieceOf[row]] - (all.Pieces[all.PieceOf[row]].LastRow - row));

        Reserve(config);
        var query = config.Heads * config.HeadDim;
        for (var i = 0; i < Count; i++)
        {
            var (from, to) = (all.Wanted[i], Wanted[i]);
            Copy(all.Stream, Stream, config.HiddenSize);
            Copy(all.Query, Query, query);

            void Copy(float* source, float* target, int width) =>
                new ReadOnlySpan<float>(source + ((long)from * width), width).CopyTo(new Span<float>(target + ((long)to * width), width));
        }
    }

    public void Dispose()
    {
        foreach (var scratch in _scratch) scratch.Dispose();
        _multipliers.Dispose();
    }

    private void Resize()
    {
        if (Tokens.Length < Count) (Tokens, PieceOf) = (new int[Count], new int[Count]);
        for (var index = 0; index < Pieces.Count; index++) PieceOf.AsSpan(Pieces[index].FirstRow, Pieces[index].Count).Fill(index);
    }

    // Those without an expert first, merged ones last; otherwise as planned.
    private void Order(IReadOnlyList<Piece> plan)
    {
        _order.Clear();
        for (var place = 0; place < plan.Count; place++)
        {
            if (plan[place].Row.Expert is null) _order.Add(place);
        }

        for (var place = 0; place < plan.Count; place++)
        {
            if (plan[place].Row.Expert is not (null or SimdExpert { IsMerged: true })) _order.Add(place);
        }

        var merged = _order.Count;
        for (var place = 0; place < plan.Count; place++)
        {
            if (plan[place].Row.Expert is SimdExpert { IsMerged: true } expert) _order.Insert(EndOf(expert, plan, merged), place);
        }
    }

    // Behind the last row of the same copy, or of all.
    private int EndOf(SimdExpert expert, IReadOnlyList<Piece> plan, int first)
    {
        var end = _order.Count;
        while (end > first && plan[_order[end - 1]].Row.Expert != expert) end--;
        return end > first ? end : _order.Count;
    }

    private void Reserve(ModelConfig config)
    {
        var next = 0;
        var (query, keyValue) = (config.Heads * config.HeadDim, config.KeyValueHeads * config.HeadDim);
        Stream = Need(Count, config.HiddenSize);
        Normed = Need(Count, config.HiddenSize);
        Query = Need(Count, query);
        Key = Need(Count, keyValue);
        Value = Need(Count, keyValue);
        Attended = Need(Count, query);
        Gate = Need(Count, config.IntermediateSize);
        Up = Need(Count, config.IntermediateSize);
        Middle = Need(3 * Count, config.HiddenSize);
        Last = Need(Wanted.Count, config.HiddenSize);
        Logits = Need(Wanted.Count, config.VocabularySize);
        Multipliers = (float**)_multipliers.Need(3 * Count);

        float* Need(int rows, int width) => _scratch[next++].Need((long)rows * width);
    }
}

/// <summary>A piece and where its rows begin.</summary>
/// <param name="Piece">The piece.</param>
/// <param name="FirstRow">Its first row.</param>
/// <param name="Skipped">How many of its tokens, the first ones, have no row.</param>
internal readonly record struct StepPiece(Piece Piece, int FirstRow, int Skipped)
{
    public Row Row => Piece.Row;

    /// <summary>Rows.</summary>
    public int Count => Piece.Count - Skipped;

    /// <summary>Place of the first row's token in its sequence.</summary>
    public int Position => Row.Length + Skipped;

    public int LastRow => FirstRow + Count - 1;

    public SimdExpert? Expert => (SimdExpert?)Piece.Row.Expert;
}
