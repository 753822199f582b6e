using System.Runtime.InteropServices;
using Transformer2.Kernels.Attention;

namespace Transformer2.Kernels.Tests.Attention;

/// <summary>Random keys and values of one sequence in blocks of not-a-numbers, random queries for each position, and what attention should give.</summary>
internal sealed unsafe class AttentionCase : IDisposable
{
    private readonly float[] _keys;
    private readonly float[] _values;
    private readonly NativeFloats _queries;
    private readonly void** _blocks;
    private readonly int _blockCount;

    public AttentionCase(KvLayout layout, int heads, int tokens, int seed)
    {
        Layout = layout;
        Heads = heads;
        Tokens = tokens;
        var width = layout.KvHeads * layout.HeadDim;
        using var keys = NativeFloats.Random(tokens * width, seed, 2);
        using var values = NativeFloats.Random(tokens * width, seed + 1);
        _queries = NativeFloats.Random(tokens * heads * layout.HeadDim, seed + 2, 2);
        (_keys, _values) = (keys.Span.ToArray(), values.Span.ToArray());
        _blockCount = ((tokens - 1) / layout.BlockTokens) + 1;
        _blocks = (void**)NativeMemory.Alloc((nuint)_blockCount, (nuint)sizeof(void*));
        for (var block = 0; block < _blockCount; block++)
        {
            _blocks[block] = NativeMemory.AlignedAlloc((nuint)layout.BlockBytes, 64);
            new Span<byte>(_blocks[block], (int)layout.BlockBytes).Fill(0xFF);
        }

        for (var token = 0; token < tokens; token++)
        {
            layout.Write(
                _blocks[token / layout.BlockTokens], token % layout.BlockTokens,
                _keys.AsSpan(token * width, width), _values.AsSpan(token * width, width));
        }

        if (layout.Type == KvType.BF16)
        {
            // What was kept is what counts.
            Round(_keys);
            Round(_values);
        }
    }

    public KvLayout Layout { get; }

    public int Heads { get; }

    public int Tokens { get; }

    public int Width => Heads * Layout.HeadDim;

    public float Scale => 1 / MathF.Sqrt(Layout.HeadDim);

    public AttentionSequence Sequence(float* output, int position, int queries, int window = 0) => new()
    {
        Query = _queries.Pointer + ((long)position * Width),
        QueryStride = Width,
        Output = output,
        OutputStride = Width,
        Blocks = _blocks,
        Position = position,
        Queries = queries,
        Window = window,
    };

    /// <summary>What one query should get, [heads x headDim], in double precision.</summary>
    public double[] Expected(int position, int window)
    {
        var result = new double[Width];
        var first = window == 0 ? 0 : Math.Max(0, position + 1 - window);
        var dim = Layout.HeadDim;
        for (var head = 0; head < Heads; head++)
        {
            var kvHead = head / (Heads / Layout.KvHeads);
            var scores = Enumerable.Range(first, position + 1 - first)
                .Select(token => Enumerable.Range(0, dim).Sum(index =>
                    (double)_queries.Span[(position * Width) + (head * dim) + index] * _keys[(((token * Layout.KvHeads) + kvHead) * dim) + index]) * Scale)
                .ToArray();
            var largest = scores.Max();
            var sum = scores.Sum(score => Math.Exp(score - largest));
            for (var token = first; token <= position; token++)
            {
                var weight = Math.Exp(scores[token - first] - largest) / sum;
                for (var index = 0; index < dim; index++)
                {
                    result[(head * dim) + index] += weight * _values[(((token * Layout.KvHeads) + kvHead) * dim) + index];
                }
            }
        }

        return result;
    }

    public void Dispose()
    {
        for (var block = 0; block < _blockCount; block++)
        {
            NativeMemory.AlignedFree(_blocks[block]);
        }

        NativeMemory.Free(_blocks);
        _queries.Dispose();
    }

    private static void Round(float[] values)
    {
        foreach (ref var value in values.AsSpan())
        {
            var bits = BitConverter.SingleToUInt32Bits(value);
            value = BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
        }
    }
}
