using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Tests.Logits;

public sealed unsafe class LogitsTests
{
    private static readonly int[] Sizes = [1, 2, 3, 15, 16, 17, 40, 1003];

    public static TheoryData<InstructionSet> Sets => Cases.AllSets;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Log_probabilities_are_logits_less_the_log_of_the_sum(InstructionSet set)
    {
        foreach (var size in Sizes)
        {
            using var logits = NativeFloats.Random(size, seed: size, scale: 30);
            using var result = new NativeFloats(size);
            var expected = Math.Log(logits.Span.ToArray().Sum(value => Math.Exp(value)));
            KernelSet.For(set).LogSoftmax(logits.Pointer, result.Pointer, size);

            result.AssertGuarded();
            Assert.Equal(expected, KernelSet.For(set).LogSumExp(logits.Pointer, size), 1e-5);
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(logits.Span[index] - expected, result.Span[index], 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Tokens_that_are_excluded_have_no_part(InstructionSet set)
    {
        using var logits = new NativeFloats(20);
        logits.Span.Fill(float.NegativeInfinity);
        logits.Span[3] = logits.Span[19] = 5;
        using var result = new NativeFloats(20);
        KernelSet.For(set).LogSoftmax(logits.Pointer, result.Pointer, 20);

        Assert.Equal(-MathF.Log(2), result.Span[19], 1e-6f);
        Assert.Equal(float.NegativeInfinity, result.Span[0]);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void The_largest_come_first_and_of_equal_ones_the_lowest(InstructionSet set)
    {
        var random = new Random(1);
        foreach (var size in Sizes)
        {
            using var logits = new NativeFloats(size);
            foreach (ref var value in logits.Span)
            {
                value = random.Next(-8, 8);
            }

            var ordered = Enumerable.Range(0, size).OrderByDescending(index => logits.Span[index]).ThenBy(index => index).ToArray();
            Assert.Equal(ordered[0], KernelSet.For(set).ArgMax(logits.Pointer, size));
            foreach (var count in new[] { 0, 1, 2, 7, 50 })
            {
                var indices = new int[count];
                var found = KernelSet.For(set).Top(logits.Pointer, size, indices);
                Assert.Equal(ordered.Take(count), indices.Take(found));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void What_is_not_a_number_is_not_chosen(InstructionSet set)
    {
        using var logits = new NativeFloats(40);
        logits.Span.Fill(float.NaN);
        Assert.Equal(-1, KernelSet.For(set).ArgMax(logits.Pointer, 40));
        Assert.True(float.IsNaN(KernelSet.For(set).LogSumExp(logits.Pointer, 40)));
        logits.Span[30] = -3;
        logits.Span[35] = float.NegativeInfinity;
        Assert.Equal(30, KernelSet.For(set).ArgMax(logits.Pointer, 40));
        var indices = new int[3];
        Assert.Equal(2, KernelSet.For(set).Top(logits.Pointer, 40, indices));
        Assert.Equal([30, 35], indices[..2]);
    }
}
