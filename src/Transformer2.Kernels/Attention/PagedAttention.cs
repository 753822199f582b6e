using System.Runtime.CompilerServices;
using Transformer2.Kernels.Threads;

namespace Transformer2.Kernels.Attention;

/// <summary>
/// Causal attention of the queries of many sequences over keys and values in blocks. Bits of a result depend on that query, what it sees and the instruction
/// set alone: not on other queries of the step, their number, or threads.
/// </summary>
/// <remarks>
/// Positions are cut into segments at fixed places; softmax and weighted values are computed for each segment and merged in order. So scratch does not grow
/// with the context, and few long sequences keep all threads busy. In the steady state nothing is allocated. An object serves one caller at a time.
/// </remarks>
public sealed unsafe class PagedAttention : IDisposable
{
    // Rows that share one reading of keys and values, and whose scores stay in the cache.
    private const int TileRows = 16;

    // A job with fewer multiplications takes less time than to hand part of it over.
    private const long FewMultiplications = 100_000;

    // Tiles for each thread below which segments, too, are shared out.
    private const int FewTiles = 3;

    private readonly KernelSet _kernels;
    private readonly WorkerPool _pool;
    private readonly NativeScratch<float>[] _scratch;
    private readonly NativeScratch<float> _states = new();
    private readonly NativeScratch<Chunk> _chunks = new();
    private readonly NativeScratch<AttentionSequence> _sequences = new();
    private readonly TileJob _tileJob;
    private readonly SegmentJob _segmentJob;
    private readonly MergeJob _mergeJob;
    private Call _call;

    /// <summary>Prepares to compute attention.</summary>
    /// <param name="kernels">The kernels to use.</param>
    /// <param name="pool">Threads, shared; not disposed here.</param>
    public PagedAttention(KernelSet kernels, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(pool);
        _kernels = kernels;
        _pool = pool;
        _scratch = [.. Enumerable.Range(0, pool.Threads).Select(_ => new NativeScratch<float>())];
        _tileJob = new TileJob(this);
        _segmentJob = new SegmentJob(this);
        _mergeJob = new MergeJob(this);
    }

    /// <summary>Computes one layer's attention.</summary>
    /// <param name="layout">How keys and values lie.</param>
    /// <param name="heads">Heads of queries, a multiple of those of keys and values.</param>
    /// <param name="scale">What scores are multiplied with, as a rule 1 / sqrt(headDim).</param>
    /// <param name="sequences">The sequences. Keys and values of their queries' own positions are written already.</param>
    /// <exception cref="ArgumentException">Heads are not shared evenly.</exception>
    public void Run(in KvLayout layout, int heads, float scale, ReadOnlySpan<AttentionSequence> sequences)
    {
        if (heads < 1 || heads % layout.KvHeads != 0)
        {
            throw new ArgumentException($"{layout.KvHeads} heads of keys can not serve {heads} heads of queries evenly.", nameof(heads));
        }

        var copy = _sequences.Need(sequences.Length);
        sequences.CopyTo(new Span<AttentionSequence>(copy, sequences.Length));
        _call = new Call { Layout = layout, Sharing = heads / layout.KvHeads, Scale = scale, Sequences = copy };
        var (tiles, segments) = Plan(sequences);
        if (tiles == 0)
        {
            return;
        }

        var shared = Multiplications(layout, heads, sequences) >= FewMultiplications;
        if (tiles >= FewTiles * _pool.Threads || segments == tiles || !shared)
        {
            _pool.Run(_tileJob, tiles, shared);
            return;
        }

        _call.States = _states.Need((long)segments * TileFloats(_call.Layout, _call.Sharing));
        _pool.Run(_segmentJob, segments);
        _pool.Run(_mergeJob, tiles);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }

        _states.Dispose();
        _chunks.Dispose();
        _sequences.Dispose();
    }

    // Those of scores and values, window or not: enough to tell little from much.
    private static long Multiplications(in KvLayout layout, int heads, ReadOnlySpan<AttentionSequence> sequences)
    {
        long positions = 0;
        foreach (var sequence in sequences)
        {
            positions += sequence.Queries * (sequence.Position + sequence.Queries);
        }

        return 2 * positions * heads * layout.HeadDim;
    }

    private static int QueriesPerTile(int sharing) => Math.Max(1, TileRows / sharing);

    private static long TileFloats(in KvLayout layout, int sharing) => (long)QueriesPerTile(sharing) * sharing * (layout.ValueStride + KvLayout.Granule);

    // Lists all tiles; how many there are, and how many segments they have together.
    private (int Tiles, int Segments) Plan(ReadOnlySpan<AttentionSequence> sequences)
    {
        var perTile = QueriesPerTile(_call.Sharing);
        long count = 0;
        foreach (var sequence in sequences)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sequence.Queries, nameof(sequences));
            ArgumentOutOfRangeException.ThrowIfNegative(sequence.Position, nameof(sequences));
            ArgumentOutOfRangeException.ThrowIfNegative(sequence.Window, nameof(sequences));
            count += (long)(sequence.Queries + perTile - 1) / perTile * _call.Layout.KvHeads;
        }

        var chunks = _chunks.Need(count);
        _call.Chunks = chunks;
        int tiles = 0, segments = 0;
        for (var index = 0; index < sequences.Length; index++)
        {
            for (var query = 0; query < sequences[index].Queries; query += perTile)
            {
                for (var head = 0; head < _call.Layout.KvHeads; head++)
                {
                    chunks[tiles] = new Chunk { Sequence = index, Query = query, KvHead = head, FirstState = segments };
                    var tile = Tile(tiles, null);
                    segments += tile.SegmentEnd - tile.SegmentBegin;
                    tiles++;
                }
            }
        }

        return (tiles, segments);
    }

    private AttentionTile Tile(int index, float* queries)
    {
        var chunk = _call.Chunks[index];
        var sequence = _call.Sequences[chunk.Sequence];
        return new AttentionTile
        {
            Layout = _call.Layout,
            Sequence = sequence,
            KvHead = chunk.KvHead,
            Sharing = _call.Sharing,
            FirstQuery = chunk.Query,
            QueryCount = Math.Min(QueriesPerTile(_call.Sharing), sequence.Queries - chunk.Query),
            Queries = queries,
        };
    }

    // A thread's scratch: queries of a tile, its scores, the state of a segment, that of all.
    private Scratch ScratchOf(int thread)
    {
        var rows = (long)QueriesPerTile(_call.Sharing) * _call.Sharing;
        var (queries, scores) = (rows * _call.Layout.ValueStride, rows * AttentionTile.TokensOfSegment(_call.Layout));
        var states = TileFloats(_call.Layout, _call.Sharing);
        var memory = _scratch[thread].Need(queries + scores + (2 * states));
        return new Scratch { Queries = memory, Scores = memory + queries, Segment = memory + queries + scores, All = memory + queries + scores + states };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private AttentionTile Scaled(int index, float* queries)
    {
        var tile = Tile(index, queries);
        for (var row = 0; row < tile.Rows; row++)
        {
            var from = tile.Query(row);
            for (var element = 0; element < _call.Layout.HeadDim; element++)
            {
                queries[((long)row * _call.Layout.HeadDim) + element] = from[element] * _call.Scale;
            }
        }

        return tile;
    }

    private struct Call
    {
        public KvLayout Layout;
        public int Sharing;
        public float Scale;
        public AttentionSequence* Sequences;
        public Chunk* Chunks;
        public float* States;
    }

    private struct Chunk
    {
        public int Sequence;
        public int Query;
        public int KvHead;
        public int FirstState;
    }

    private struct Scratch
    {
        public float* Queries;
        public float* Scores;
        public float* Segment;
        public float* All;
    }

    /// <summary>A tile with all its segments.</summary>
    private sealed class TileJob(PagedAttention owner) : IChunkedWork
    {
        public void Run(int chunk, int thread)
        {
            var scratch = owner.ScratchOf(thread);
            var kernel = owner._kernels.Attention;
            var tile = owner.Scaled(chunk, scratch.Queries);
            for (var segment = tile.SegmentBegin; segment < tile.SegmentEnd; segment++)
            {
                kernel.Segment(tile, segment, scratch.Scores, scratch.Segment);
                kernel.Merge(tile, segment, scratch.All, scratch.Segment);
            }

            kernel.Finish(tile, scratch.All);
        }
    }

    /// <summary>One segment of one tile.</summary>
    private sealed class SegmentJob(PagedAttention owner) : IChunkedWork
    {
        public void Run(int chunk, int thread)
        {
            var index = 0;
            var tile = owner.Tile(0, null);
            while (chunk >= owner._call.Chunks[index].FirstState + tile.SegmentEnd - tile.SegmentBegin)
            {
                index++;
                tile = owner.Tile(index, null);
            }

            var scratch = owner.ScratchOf(thread);
            tile = owner.Scaled(index, scratch.Queries);
            owner._kernels.Attention.Segment(
                tile, tile.SegmentBegin + chunk - owner._call.Chunks[index].FirstState, scratch.Scores,
                owner._call.States + (chunk * TileFloats(owner._call.Layout, owner._call.Sharing)));
        }
    }

    /// <summary>The merge of a tile's segments.</summary>
    private sealed class MergeJob(PagedAttention owner) : IChunkedWork
    {
        public void Run(int chunk, int thread)
        {
            var scratch = owner.ScratchOf(thread);
            var kernel = owner._kernels.Attention;
            var tile = owner.Tile(chunk, null);
            for (var segment = tile.SegmentBegin; segment < tile.SegmentEnd; segment++)
            {
                var state = owner._call.Chunks[chunk].FirstState + segment - tile.SegmentBegin;
                kernel.Merge(tile, segment, scratch.All, owner._call.States + (state * TileFloats(owner._call.Layout, owner._call.Sharing)));
            }

            kernel.Finish(tile, scratch.All);
        }
    }
}
