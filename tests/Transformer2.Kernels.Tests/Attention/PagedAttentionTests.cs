using Transformer2.Kernels.Attention;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Tests.Attention;

public sealed unsafe class PagedAttentionTests
{
    public static TheoryData<InstructionSet> Sets => Cases.AllSets;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Attention_is_softmax_over_what_a_query_sees(InstructionSet set)
    {
        using var pool = new WorkerPool(2);
        using var attention = new PagedAttention(KernelSet.For(set), pool);
        foreach (var type in Enum.GetValues<KvType>())
        {
            foreach (var (kvHeads, heads, dim, block) in new[] { (1, 1, 8, 16), (2, 6, 20, 32), (1, 7, 64, 64), (3, 3, 1, 16), (1, 24, 5, 48) })
            {
                using var sequence = new AttentionCase(new KvLayout(kvHeads, dim, block, type), heads, tokens: 150, seed: dim);
                foreach (var window in new[] { 0, 1, 37 })
                {
                    Check(attention, sequence, position: 0, queries: 40, window);
                    Check(attention, sequence, position: 99, queries: 51, window);
                }
            }
        }
    }

    [Fact]
    public void A_context_may_be_long()
    {
        using var pool = new WorkerPool(2);
        using var attention = new PagedAttention(KernelSet.For(), pool);
        using var sequence = new AttentionCase(new KvLayout(1, 16, 64, KvType.F32), heads: 2, tokens: 5000, seed: 1);
        Check(attention, sequence, position: 4999, queries: 1, window: 0);
        Check(attention, sequence, position: 4990, queries: 5, window: 1500);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Bits_are_those_of_the_query_alone(InstructionSet set)
    {
        foreach (var (type, window, block) in new[] { (KvType.F32, 0, 64), (KvType.BF16, 0, 16), (KvType.F32, 100, 32), (KvType.F32, 513, 64) })
        {
            using var sequence = new AttentionCase(new KvLayout(2, 20, block, type), heads: 6, tokens: 1100, seed: 2);
            const int first = 1010, count = 60;
            using var alone = new NativeFloats(count * sequence.Width);
            using var together = new NativeFloats(count * sequence.Width);
            using (var pool = new WorkerPool(1))
            using (var attention = new PagedAttention(KernelSet.For(set), pool))
            {
                for (var query = 0; query < count; query++)
                {
                    attention.Run(
                        sequence.Layout, 6, sequence.Scale,
                        [sequence.Sequence(alone.Pointer + ((long)query * sequence.Width), first + query, 1, window)]);
                }
            }

            for (var threads = 1; threads <= 3; threads++)
            {
                using var pool = new WorkerPool(threads);
                using var attention = new PagedAttention(KernelSet.For(set), pool);
                foreach (var parts in new[] { 1, 2, 7 })
                {
                    together.Span.Clear();
                    var size = (count + parts - 1) / parts;
                    // The parts as sequences of one call: more tiles, so that segments are not shared out.
                    attention.Run(
                        sequence.Layout, 6, sequence.Scale,
                        [.. Enumerable.Range(0, parts).Select(part => sequence.Sequence(
                            together.Pointer + ((long)part * size * sequence.Width), first + (part * size), Math.Min(size, count - (part * size)), window))]);
                    Assert.True(alone.Span.SequenceEqual(together.Span), $"{type}, window {window}, {threads} threads, {parts} parts");
                }
            }
        }
    }

    [Fact]
    public void Blocks_before_the_window_are_not_read()
    {
        using var pool = new WorkerPool(1);
        using var attention = new PagedAttention(KernelSet.For(), pool);
        using var sequence = new AttentionCase(new KvLayout(1, 8, 16, KvType.F32), heads: 1, tokens: 200, seed: 3);
        using var output = new NativeFloats(2 * 8);
        using var expected = new NativeFloats(2 * 8);
        attention.Run(sequence.Layout, 1, 1, [sequence.Sequence(expected.Pointer, 198, 2, window: 20)]);
        var blocks = stackalloc void*[13];
        for (var block = 0; block < 13; block++)
        {
            blocks[block] = block < 11 ? null : sequence.Sequence(null, 0, 1).Blocks[block];
        }

        attention.Run(sequence.Layout, 1, 1, [sequence.Sequence(output.Pointer, 198, 2, window: 20) with { Blocks = blocks }]);
        Assert.Equal(expected.Span.ToArray(), output.Span.ToArray());
    }

    [Fact]
    public void Not_a_number_passes_through_to_those_who_see_it()
    {
        using var pool = new WorkerPool(2);
        using var attention = new PagedAttention(KernelSet.For(), pool);
        using var sequence = new AttentionCase(new KvLayout(1, 8, 16, KvType.F32), heads: 1, tokens: 40, seed: 4);
        sequence.Layout.Write(sequence.Sequence(null, 0, 1).Blocks[1], 4, Enumerable.Repeat(float.NaN, 8).ToArray(), new float[8]);
        using var output = new NativeFloats(40 * 8);
        attention.Run(sequence.Layout, 1, 1, [sequence.Sequence(output.Pointer, 0, 40)]);
        for (var index = 0; index < output.Length; index++)
        {
            Assert.Equal(index / 8 >= 20, float.IsNaN(output.Span[index]));
        }
    }

    [Fact]
    public void Nothing_is_allocated_in_the_steady_state()
    {
        using var pool = new WorkerPool(2);
        using var attention = new PagedAttention(KernelSet.For(), pool);
        using var sequence = new AttentionCase(new KvLayout(2, 16, 32, KvType.F32), heads: 4, tokens: 1500, seed: 5);
        using var output = new NativeFloats(100 * sequence.Width);
        var one = new[] { sequence.Sequence(output.Pointer, 1400, 1) };
        var many = new[] { sequence.Sequence(output.Pointer, 1400, 100) };
        attention.Run(sequence.Layout, 4, 1, one);
        attention.Run(sequence.Layout, 4, 1, many);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 10; run++)
        {
            attention.Run(sequence.Layout, 4, 1, one);
            attention.Run(sequence.Layout, 4, 1, many);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Heads_that_can_not_be_shared_evenly_are_refused()
    {
        using var pool = new WorkerPool(1);
        using var attention = new PagedAttention(KernelSet.For(), pool);
        Assert.Throws<ArgumentException>(() => attention.Run(new KvLayout(2, 8, 16, KvType.F32), 3, 1, []));
        Assert.Throws<ArgumentException>(() => new KvLayout(2, 8, 24, KvType.F32));
    }

    private static void Check(PagedAttention attention, AttentionCase sequence, int position, int queries, int window)
    {
        using var output = new NativeFloats(queries * sequence.Width);
        attention.Run(sequence.Layout, sequence.Heads, sequence.Scale, [sequence.Sequence(output.Pointer, position, queries, window)]);
        output.AssertGuarded();
        for (var query = 0; query < queries; query++)
        {
            var expected = sequence.Expected(position + query, window);
            for (var index = 0; index < expected.Length; index++)
            {
                Assert.Equal(expected[index], output.Span[(query * sequence.Width) + index], 3e-6);
            }
        }
    }
}
