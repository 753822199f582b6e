using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

internal static class Experts
{
    /// <summary>An expert that changes few directions of each matrix, and of every third none.</summary>
    public static ExpertVector Sparse(int seed, int changed)
    {
        var random = new Random(seed);
        return new ExpertVector(TinyModelFolder.Ranks.Index().Select(entry =>
        {
            var z = Enumerable.Repeat(1f, entry.Item.Value).ToArray();
            for (var i = 0; i < changed && entry.Index % 3 > 0; i++) z[random.Next(z.Length)] = 0.25f + (2 * random.NextSingle());
            return KeyValuePair.Create(entry.Item.Key, z);
        }));
    }
}
