using System.Numerics.Tensors;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Weights;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>What is computed of each row for itself: embedding, norms, rotation, activation. Many rows are shared among the threads.</summary>
internal sealed unsafe class RowWork(WorkerPool pool, ModelConfig config, SimdCache cache, int blockTokens, RotaryTables rotary) : IChunkedWork
{
    private const int RowsPerChunk = 8;

    private readonly int _queryWidth = config.Heads * config.HeadDim;
    private readonly int _keyWidth = config.KeyValueHeads * config.HeadDim;
    private Rotation[] _rotations = [];
    private Action<int>? _row;
    private int _count;

    /// <summary>Looks the rows' tokens and rotations up.</summary>
    public void Embed(StepRows rows, WeightMatrix embedding)
    {
        if (_rotations.Length < rows.Count) _rotations = new Rotation[rows.Count];
        foreach (var (piece, first) in rows.Pieces)
        {
            for (var i = 0; i < piece.Count; i++) _rotations[first + i] = rotary.At(piece.Row.Length + i, piece.RotaryLength(piece.Row.Length + i));
        }

        for (var row = 0; row < rows.Count; row++) embedding.CopyRow(rows.Tokens[row], Span(rows.Stream, row, config.HiddenSize));
    }

    /// <summary>Norms the residual stream.</summary>
    public void Norm(StepRows rows, float[] weight) => ForEach(rows.Count, row => Rms(Span(rows.Stream, row, config.HiddenSize), weight, Span(rows.Normed, row, config.HiddenSize)));

    /// <summary>Norms the rows whose logits are wanted.</summary>
    public void LastNorm(StepRows rows, float[] weight) =>
        ForEach(rows.Wanted.Count, i => Rms(Span(rows.Stream, rows.Wanted[i], config.HiddenSize), weight, Span(rows.Last, i, config.HiddenSize)));

    /// <summary>Rotates queries and keys by their positions and puts keys and values into the cache.</summary>
    public void RotateAndStore(StepRows rows, SimdLayer layer, int index) => ForEach(rows.Count, row =>
    {
        var (piece, first) = rows.Pieces[rows.PieceOf[row]];
        var position = piece.Row.Length + row - first;
        Heads(Span(rows.Query, row, _queryWidth), layer.QueryNorm, _rotations[row]);
        var keys = Span(rows.Key, row, _keyWidth);
        Heads(keys, layer.KeyNorm, _rotations[row]);
        var values = Span(rows.Value, row, _keyWidth);
        var place = (piece.Row.Blocks[position / blockTokens] * cache.BlockFloats) + (position % blockTokens * config.HeadDim);
        for (var head = 0; head < config.KeyValueHeads; head++)
        {
            var offset = place + (head * blockTokens * config.HeadDim);
            keys.Slice(head * config.HeadDim, config.HeadDim).CopyTo(new Span<float>(cache.Keys(index) + offset, config.HeadDim));
            values.Slice(head * config.HeadDim, config.HeadDim).CopyTo(new Span<float>(cache.Values(index) + offset, config.HeadDim));
        }
    });

    /// <summary>gate = silu(gate) * up</summary>
    public void SwiGlu(StepRows rows) => ForEach(rows.Count, row =>
    {
        var gate = Span(rows.Gate, row, config.IntermediateSize);
        var up = Span(rows.Up, row, config.IntermediateSize);
        for (var i = 0; i < gate.Length; i++) gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    });

    public void Run(int chunk, int thread)
    {
        var end = Math.Min(_count, (chunk + 1) * RowsPerChunk);
        for (var row = chunk * RowsPerChunk; row < end; row++) _row!(row);
    }

    private void Heads(Span<float> heads, float[]? norm, Rotation rotation)
    {
        ReadOnlySpan<float> cos = rotation.Cos, sin = rotation.Sin;
        var half = config.HeadDim / 2;
        for (var start = 0; start < heads.Length; start += config.HeadDim)
        {
            var head = heads.Slice(start, config.HeadDim);
            if (norm is not null) Rms(head, norm, head);
            for (var i = 0; i < half; i++) (head[i], head[half + i]) = ((head[i] * cos[i]) - (head[half + i] * sin[i]), (head[half + i] * cos[i]) + (head[i] * sin[i]));
        }
    }

    private void Rms(ReadOnlySpan<float> x, float[] weight, Span<float> output)
    {
        var scale = 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(x) / x.Length) + (float)config.RmsNormEpsilon);
        for (var i = 0; i < x.Length; i++) output[i] = x[i] * scale * weight[i];
    }

    private void ForEach(int count, Action<int> row)
    {
        (_count, _row) = (count, row);
        pool.Run(this, (count + RowsPerChunk - 1) / RowsPerChunk);
    }

    private static Span<float> Span(float* first, int row, int width) => new(first + ((long)row * width), width);
}
