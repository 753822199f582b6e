using Transformer2.Kernels;
using Transformer2.Kernels.Attention;
using Transformer2.Kernels.Threads;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>Attention of a step's rows over the KV cache.</summary>
internal sealed unsafe class AttentionPhase(WorkerPool pool, KernelSet kernels, ModelConfig config, SimdCache cache) : IDisposable
{
    private readonly PagedAttention _attention = new(kernels, pool);
    private readonly NativeScratch<nint> _blocks = new();
    private readonly float _scale = (float)(1 / Math.Sqrt(config.HeadDim));
    private AttentionSequence[] _sequences = [];

    public void Run(StepRows rows, SimdLayer layer, int index)
    {
        if (_sequences.Length < rows.Pieces.Count) _sequences = new AttentionSequence[rows.Pieces.Count];
        var width = config.Heads * config.HeadDim;
        var blocks = Addresses(rows, index);
        for (var i = 0; i < rows.Pieces.Count; i++)
        {
            var piece = rows.Pieces[i];
            _sequences[i] = new AttentionSequence
            {
                Query = rows.Query + ((long)piece.FirstRow * width),
                QueryStride = width,
                Output = rows.Attended + ((long)piece.FirstRow * width),
                OutputStride = width,
                Blocks = blocks,
                Position = piece.Position,
                Queries = piece.Count,
                Window = layer.Window,
            };
            blocks += piece.Row.Blocks.Count;
        }

        _attention.Run(cache.Layout, config.Heads, _scale, _sequences.AsSpan(0, rows.Pieces.Count));
    }

    public void Dispose()
    {
        _attention.Dispose();
        _blocks.Dispose();
    }

    private void** Addresses(StepRows rows, int layer)
    {
        var count = 0;
        foreach (var piece in rows.Pieces) count += piece.Row.Blocks.Count;
        var addresses = (void**)_blocks.Need(count);
        var next = 0;
        foreach (var piece in rows.Pieces)
        {
            foreach (var block in piece.Row.Blocks) addresses[next++] = cache.Block(layer, block);
        }

        return addresses;
    }
}
