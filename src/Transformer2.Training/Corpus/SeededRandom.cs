namespace Transformer2.Training.Corpus;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): small, and the same sequence on every runtime version, so that a seed names a corpus.</summary>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one member of a numbered series, independent of its neighbours.</summary>
    public static SeededRandom For(ulong seed, ulong index) => new(Mix(seed + 0x9e3779b97f4a7c15UL) ^ Mix(index + 0xd1b54a32d192ed03UL));

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => Mix(_state += 0x9e3779b97f4a7c15UL);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and deviation 1 (Box and Muller, 1958).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Uniform in [0, <paramref name="bound"/>).</summary>
    public int Next(int bound) => (int)(NextDouble() * bound);

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>], both included.</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Different items, in random order.</summary>
    public T[] Sample<T>(IReadOnlyList<T> items, int count)
    {
        var pool = items.ToArray();
        for (var i = 0; i < count; i++)
        {
            var j = i + Next(pool.Length - i);
            (pool[i], pool[j]) = (pool[j], pool[i]);
        }

        return pool[..count];
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
        return x ^ (x >> 31);
    }
}
