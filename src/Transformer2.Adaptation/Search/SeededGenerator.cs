namespace Transformer2.Adaptation.Search;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed on every runtime, which System.Random does not promise.
/// </summary>
internal sealed class SeededGenerator
{
    private ulong _state;

    // The streams of one seed: 0 is the split's, g + 1 is generation g's. The two mixes keep neighbours from being the same numbers, shifted.
    private SeededGenerator(ulong seed, ulong stream) => _state = Mix(seed + 0x9e3779b97f4a7c15UL) ^ Mix(stream + 0xd1b54a32d192ed03UL);

    public static SeededGenerator ForSplit(ulong seed) => new(seed, 0);

    public static SeededGenerator ForGeneration(ulong seed, int generation) => new(seed, (ulong)generation + 1);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (Mix(_state += 0x9e3779b97f4a7c15UL) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Normal with mean 0 and deviation 1 (Box and Muller, 1958).</summary>
    public double NextGaussian() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>0 to count - 1 in random order.</summary>
    public int[] Shuffle(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = (int)(NextDouble() * (i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
        return x ^ (x >> 31);
    }
}
