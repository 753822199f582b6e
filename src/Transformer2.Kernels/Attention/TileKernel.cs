using System.Runtime.CompilerServices;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Attention;

/// <summary>
/// A few rows (queries x the heads that share one head of keys) over one segment of positions. A row's state, <see cref="AttentionTile.StateFloats"/> floats:
/// values weighted with exp(score - largest), their weights' sum, the largest score.
/// </summary>
internal abstract unsafe class TileKernel
{
    /// <summary>Scores, softmax and values of one segment.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="segment">Which segment.</param>
    /// <param name="scores">Scratch, [rows, segment tokens] floats.</param>
    /// <param name="states">Where to, [rows, state]; a row that sees nothing of the segment is left out.</param>
    public abstract void Segment(in AttentionTile tile, int segment, float* scores, float* states);

    /// <summary>Joins the state of the next segment into that of the segments before it.</summary>
    public abstract void Merge(in AttentionTile tile, int segment, float* into, float* states);

    /// <summary>Divides by the sum of weights and stores the results.</summary>
    public abstract void Finish(in AttentionTile tile, float* states);
}

/// <inheritdoc/>
internal sealed unsafe class TileKernel<TSimd, TVector> : TileKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public override void Segment(in AttentionTile tile, int segment, float* scores, float* states)
    {
        if (tile.Layout.Type == KvType.F32)
        {
            Segment<F32Format<TSimd, TVector>>(tile, segment, scores, states);
        }
        else
        {
            Segment<BF16Format<TSimd, TVector>>(tile, segment, scores, states);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Merge(in AttentionTile tile, int segment, float* into, float* states)
    {
        for (var row = 0; row < tile.Rows; row++)
        {
            var (from, end) = tile.Visible(row, segment);
            if (from >= end)
            {
                continue;
            }

            var old = into + ((long)row * tile.StateFloats);
            var added = states + ((long)row * tile.StateFloats);
            if (tile.FirstSegment(row) == segment)
            {
                new ReadOnlySpan<float>(added, tile.StateFloats).CopyTo(new Span<float>(old, tile.StateFloats));
                continue;
            }

            var largest = MathF.Max(old[tile.LargestAt], added[tile.LargestAt]);
            var (left, right) = (MathF.Exp(old[tile.LargestAt] - largest), MathF.Exp(added[tile.LargestAt] - largest));
            for (var index = 0; index < tile.LargestAt; index++)
            {
                old[index] = (old[index] * left) + (added[index] * right);
            }

            old[tile.LargestAt] = largest;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Finish(in AttentionTile tile, float* states)
    {
        for (var row = 0; row < tile.Rows; row++)
        {
            var state = states + ((long)row * tile.StateFloats);
            var factor = 1 / state[tile.SumAt];
            var output = tile.Output(row);
            for (var index = 0; index < tile.Layout.HeadDim; index++)
            {
                output[index] = state[index] * factor;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Segment<TFormat>(in AttentionTile tile, int segment, float* scores, float* states)
        where TFormat : struct, IWeightFormat<TVector>
    {
        var layout = tile.Layout;
        var start = segment * tile.SegmentTokens;
        var (from, end) = tile.Visible(segment);
        for (var block = from / layout.BlockTokens; block * layout.BlockTokens < end; block++)
        {
            // Whole vectors of tokens, from the first to the last that any row sees.
            var first = Math.Max(from, block * layout.BlockTokens) / KvLayout.Granule * KvLayout.Granule;
            var last = Math.Min(RoundUp(end), (block + 1) * layout.BlockTokens);
            var keys = layout.Keys(tile.Block(block), tile.KvHead) + ((long)(first - (block * layout.BlockTokens)) * layout.NumberBytes);
            Combination<TSimd, TVector, TFormat>.Run(
                tile.Queries, layout.HeadDim, tile.Rows, keys, (long)layout.BlockTokens * layout.NumberBytes, layout.HeadDim, last - first,
                scores + (first - start), tile.SegmentTokens, add: false);
        }

        for (var row = 0; row < tile.Rows; row++)
        {
            var (rowFrom, rowEnd) = tile.Visible(row, segment);
            if (rowFrom < rowEnd)
            {
                Softmax(scores + ((long)row * tile.SegmentTokens), rowFrom - start, rowEnd - start, states + ((long)row * tile.StateFloats), tile);
            }
        }

        AddValues<TFormat>(tile, segment, scores, states);
    }

    // Scores become weights; weights of positions in the same vectors that the row does not see become exactly zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* scores, int from, int end, float* state, in AttentionTile tile)
    {
        var (first, last) = (from / KvLayout.Granule * KvLayout.Granule, RoundUp(end));
        new Span<float>(scores + first, from - first).Fill(float.NegativeInfinity);
        new Span<float>(scores + end, last - end).Fill(float.NegativeInfinity);
        var most = TSimd.Load(scores + first);
        for (var index = first + TSimd.Width; index < last; index += TSimd.Width)
        {
            most = TSimd.Max(most, TSimd.Load(scores + index));
        }

        var largest = Lanes<TSimd, TVector>.Max(most);
        var shift = TSimd.Broadcast(largest);
        var sum = TSimd.Zero;
        for (var index = first; index < last; index += TSimd.Width)
        {
            var weight = Exponential<TSimd, TVector>.Of(TSimd.Subtract(TSimd.Load(scores + index), shift));
            TSimd.Store(weight, scores + index);
            sum = TSimd.Add(sum, weight);
        }

        var total = Lanes<TSimd, TVector>.Sum(sum);
        new Span<float>(state, tile.StateFloats).Clear();
        state[tile.SumAt] = total;
        state[tile.LargestAt] = largest;
    }

    // Block by block: the tokens that all rows of a tile see together, what only some see by the row, each row in the order of positions.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues<TFormat>(in AttentionTile tile, int segment, float* scores, float* states)
        where TFormat : struct, IWeightFormat<TVector>
    {
        const int tileRows = 4;
        var (from, end) = tile.Visible(segment);
        for (var block = from / tile.Layout.BlockTokens; block * tile.Layout.BlockTokens < end; block++)
        {
            var blockFrom = block * tile.Layout.BlockTokens;
            var blockEnd = blockFrom + tile.Layout.BlockTokens;
            for (var row = 0; row < tile.Rows; row += tileRows)
            {
                var rows = Math.Min(tileRows, tile.Rows - row);
                // Later rows start later and end later.
                var common = Math.Clamp(tile.Visible(row + rows - 1, segment).From, blockFrom, blockEnd);
                var commonEnd = Math.Max(common, Math.Clamp(tile.Visible(row, segment).End, blockFrom, blockEnd));
                for (var each = row; each < row + rows; each++)
                {
                    var visible = tile.Visible(each, segment);
                    AddValues<TFormat>(tile, segment, scores, states, each, 1, block, Math.Max(visible.From, blockFrom), Math.Min(visible.End, common));
                }

                AddValues<TFormat>(tile, segment, scores, states, row, rows, block, common, commonEnd);
                for (var each = row; each < row + rows; each++)
                {
                    var visible = tile.Visible(each, segment);
                    AddValues<TFormat>(tile, segment, scores, states, each, 1, block, Math.Max(visible.From, commonEnd), Math.Min(visible.End, blockEnd));
                }
            }
        }
    }

    private static void AddValues<TFormat>(
        in AttentionTile tile, int segment, float* scores, float* states, int row, int rows, int block, int from, int end)
        where TFormat : struct, IWeightFormat<TVector>
    {
        if (from >= end)
        {
            return;
        }

        var layout = tile.Layout;
        var valueBytes = (long)layout.ValueStride * layout.NumberBytes;
        Combination<TSimd, TVector, TFormat>.Run(
            scores + ((long)row * tile.SegmentTokens) + (from - (segment * tile.SegmentTokens)), tile.SegmentTokens, rows,
            layout.Values(tile.Block(block), tile.KvHead) + ((from - (block * layout.BlockTokens)) * valueBytes), valueBytes, end - from, layout.ValueStride,
            states + ((long)row * tile.StateFloats), tile.StateFloats, add: true);
    }

    private static int RoundUp(int tokens) => (tokens + KvLayout.Granule - 1) / KvLayout.Granule * KvLayout.Granule;
}
