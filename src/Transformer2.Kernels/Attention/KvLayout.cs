using System.Runtime.CompilerServices;

namespace Transformer2.Kernels.Attention;

/// <summary>
/// How one layer's keys and values of a few tokens lie in a block. For each head first all keys, [headDim, blockTokens], so that the products of a query with
/// neighbouring tokens are neighbours too and need no sum across a vector; then, behind the keys of all heads, for each head its values,
/// [blockTokens, <see cref="ValueStride"/>].
/// </summary>
public readonly unsafe struct KvLayout
{
    /// <summary>What tokens of a block and the floats of a value are a multiple of: the longest vector.</summary>
    public const int Granule = 16;

    /// <summary>Describes blocks.</summary>
    /// <param name="kvHeads">Heads of keys and values, at least 1.</param>
    /// <param name="headDim">Numbers of a head, at least 1.</param>
    /// <param name="blockTokens">Tokens in a block, a multiple of 16; 64 is fastest.</param>
    /// <param name="type">How numbers are kept.</param>
    /// <exception cref="ArgumentException"><paramref name="blockTokens"/> is no multiple of 16.</exception>
    public KvLayout(int kvHeads, int headDim, int blockTokens, KvType type)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kvHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTokens, 1);
        if (blockTokens % Granule != 0)
        {
            throw new ArgumentException($"A block of {blockTokens} tokens is no multiple of {Granule}.", nameof(blockTokens));
        }

        KvHeads = kvHeads;
        HeadDim = headDim;
        BlockTokens = blockTokens;
        Type = type;
    }

    /// <summary>Heads of keys and values.</summary>
    public int KvHeads { get; }

    /// <summary>Numbers of a head.</summary>
    public int HeadDim { get; }

    /// <summary>Tokens in a block.</summary>
    public int BlockTokens { get; }

    /// <summary>How numbers are kept.</summary>
    public KvType Type { get; }

    /// <summary>Numbers from one token's value to the next: the head's, padded to whole vectors.</summary>
    public int ValueStride => (HeadDim + Granule - 1) / Granule * Granule;

    /// <summary>Bytes of one layer's block.</summary>
    public long BlockBytes => (long)KvHeads * BlockTokens * (HeadDim + ValueStride) * NumberBytes;

    /// <summary>Bytes of a number.</summary>
    internal int NumberBytes => Type == KvType.F32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Writes a token's keys and values.</summary>
    /// <param name="block">The block of one layer.</param>
    /// <param name="slot">Which of the block's tokens, from 0.</param>
    /// <param name="keys">[kvHeads x headDim], position already applied.</param>
    /// <param name="values">[kvHeads x headDim].</param>
    public void Write(void* block, int slot, ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)BlockTokens, nameof(slot));
        ArgumentOutOfRangeException.ThrowIfNotEqual(keys.Length, KvHeads * HeadDim);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, KvHeads * HeadDim);
        fixed (float* key = keys, value = values)
        {
            for (var head = 0; head < KvHeads; head++)
            {
                Put(key + (head * HeadDim), HeadDim, Type, Keys(block, head), slot, BlockTokens);
                Put(value + (head * HeadDim), HeadDim, Type, Values(block, head), (long)slot * ValueStride, 1);
            }
        }
    }

    /// <summary>A head's keys in a block.</summary>
    internal byte* Keys(void* block, int head) => (byte*)block + ((long)head * HeadDim * BlockTokens * NumberBytes);

    /// <summary>A head's values in a block.</summary>
    internal byte* Values(void* block, int head) =>
        (byte*)block + ((((long)KvHeads * HeadDim) + ((long)head * ValueStride)) * BlockTokens * NumberBytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Put(float* values, int count, KvType type, byte* start, long first, long step)
    {
        if (type == KvType.F32)
        {
            for (var to = (float*)start + first; count > 0; count--, to += step)
            {
                *to = *values++;
            }

            return;
        }

        for (var to = (ushort*)start + first; count > 0; count--, to += step)
        {
            var value = *values++;
            var bits = BitConverter.SingleToUInt32Bits(value);
            // To the nearest, ties to even; a payload that rounds away must not turn not-a-number into infinity.
            *to = float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
