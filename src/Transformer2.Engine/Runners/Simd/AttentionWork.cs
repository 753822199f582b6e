using System.Numerics.Tensors;
using Transformer2.Kernels.Threads;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>Attention of a step's rows over the KV cache.</summary>
internal sealed unsafe class AttentionWork(WorkerPool pool, ModelConfig config, SimdCache cache, int blockTokens) : IChunkedWork
{
    private StepRows _rows = null!;
    private int _layer;
    private int _window;

    public void Attend(StepRows rows, int layer, int window)
    {
        (_rows, _layer, _window) = (rows, layer, window);
        pool.Run(this, rows.Count * config.KeyValueHeads);
    }

    public void Run(int chunk, int thread)
    {
        var (row, head) = Math.DivRem(chunk, config.KeyValueHeads);
        var (piece, first) = _rows.Pieces[_rows.PieceOf[row]];
        var position = piece.Row.Length + row - first;
        var from = Math.Max(0, position - _window + 1);
        var scores = new float[position + 1];
        var group = config.Heads / config.KeyValueHeads;
        for (var member = 0; member < group; member++)
        {
            var query = new Span<float>(_rows.Query + ((((long)row * config.Heads) + (head * group) + member) * config.HeadDim), config.HeadDim);
            var output = new Span<float>(_rows.Attended + ((((long)row * config.Heads) + (head * group) + member) * config.HeadDim), config.HeadDim);
            for (var i = from; i <= position; i++) scores[i] = TensorPrimitives.Dot(query, At(cache.Keys(_layer), piece.Row.Blocks, i, head)) / MathF.Sqrt(config.HeadDim);
            var seen = scores.AsSpan(from, position + 1 - from);
            TensorPrimitives.SoftMax(seen, seen);
            output.Clear();
            for (var i = from; i <= position; i++) TensorPrimitives.MultiplyAdd(At(cache.Values(_layer), piece.Row.Blocks, i, head), scores[i], output, output);
        }
    }

    private ReadOnlySpan<float> At(float* layer, List<int> blocks, int position, int head) => new(
        layer + (blocks[position / blockTokens] * cache.BlockFloats) + (((head * blockTokens) + (position % blockTokens)) * config.HeadDim), config.HeadDim);
}
