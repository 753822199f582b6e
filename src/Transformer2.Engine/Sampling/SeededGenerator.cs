namespace Transformer2.Engine;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed on every runtime.</summary>
internal sealed class SeededGenerator(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The seed of one of several generators. Seeds that only differ a little would give the same numbers, shifted.</summary>
    public static ulong Derive(ulong seed, int index) => Mix(seed ^ Mix((ulong)index));

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (Mix(_state += 0x9e3779b97f4a7c15UL) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
        return x ^ (x >> 31);
    }
}
