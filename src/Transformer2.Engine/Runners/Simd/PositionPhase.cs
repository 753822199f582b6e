using Transformer2.Kernels;
using Transformer2.Kernels.Threads;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>Rotates queries and keys by their positions, after norming their heads where the model does, and puts keys and values into the cache.</summary>
internal sealed unsafe class PositionPhase(WorkerPool pool, KernelSet kernels, ModelConfig config, SimdCache cache, RotaryTables rotary)
    : RowPhase(pool)
{
    private Rotation[] _rotations = [];
    private StepRows _rows = null!;
    private SimdLayer _layer = null!;
    private int _index;

    /// <summary>Looks up what all layers of a step need.</summary>
    public void Prepare(StepRows rows)
    {
        rotary.Trim();
        if (_rotations.Length < rows.Count) _rotations = new Rotation[rows.Count];
        foreach (var piece in rows.Pieces)
        {
            for (var i = 0; i < piece.Count; i++) _rotations[piece.FirstRow + i] = rotary.At(piece.Position + i, piece.Piece.RotaryLength(piece.Position + i));
        }
    }

    public void Run(StepRows rows, SimdLayer layer, int index)
    {
        (_rows, _layer, _index) = (rows, layer, index);
        ForEach(rows.Count, 2 * (config.Heads + (2 * config.KeyValueHeads)) * config.HeadDim);
    }

    protected override void Compute(int row)
    {
        var width = config.KeyValueHeads * config.HeadDim;
        float* keys = _rows.Key + ((long)row * width), values = _rows.Value + ((long)row * width);
        Turn(_rows.Query + ((long)row * config.Heads * config.HeadDim), config.Heads, _layer.QueryNorm, _rotations[row]);
        Turn(keys, config.KeyValueHeads, _layer.KeyNorm, _rotations[row]);

        var piece = _rows.Pieces[_rows.PieceOf[row]];
        var (block, place) = Math.DivRem(piece.Position + row - piece.FirstRow, cache.Layout.BlockTokens);
        cache.Layout.Write(cache.Block(_index, piece.Row.Blocks[block]), place, new(keys, width), new(values, width));
    }

    private void Turn(float* heads, int count, PinnedFloats? norm, Rotation rotation)
    {
        if (norm is not null)
        {
            for (var head = 0; head < count; head++)
            {
                var values = heads + ((long)head * config.HeadDim);
                kernels.RmsNorm(values, norm.Pointer, values, config.HeadDim, (float)config.RmsNormEpsilon);
            }
        }

        kernels.RotaryEmbedding(heads, count, config.HeadDim, config.HeadDim, rotation.Cos, rotation.Sin);
    }
}
