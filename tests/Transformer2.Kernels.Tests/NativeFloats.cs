using System.Runtime.InteropServices;

namespace Transformer2.Kernels.Tests;

/// <summary>Floats outside the managed heap, with not-a-numbers around them that show who reads or writes too far.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const int Guard = 64;
    private readonly float* _memory;

    public NativeFloats(int length)
    {
        Length = length;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(length + (2 * Guard)) * sizeof(float), 64);
        new Span<float>(_memory, length + (2 * Guard)).Fill(float.NaN);
        Span.Clear();
    }

    public int Length { get; }

    public float* Pointer => _memory + Guard;

    public Span<float> Span => new(Pointer, Length);

    public static NativeFloats Random(int length, int seed, float scale = 1)
    {
        var result = new NativeFloats(length);
        var random = new Random(seed);
        foreach (ref var value in result.Span)
        {
            value = scale * ((2 * random.NextSingle()) - 1);
        }

        return result;
    }

    public void AssertGuarded()
    {
        Assert.DoesNotContain(new Span<float>(_memory, Guard).ToArray(), value => !float.IsNaN(value));
        Assert.DoesNotContain(new Span<float>(Pointer + Length, Guard).ToArray(), value => !float.IsNaN(value));
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
