namespace Transformer2.Engine.Tests.Sampling;

public sealed class CandidatesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(49_152)]
    public void All_tokens_come_in_falling_order_and_equal_ones_by_their_ids(int vocabulary)
    {
        var random = new Random(vocabulary);
        Func<int, float>[] kinds =
        [
            _ => (float)((random.NextDouble() - 0.5) * 20),
            _ => random.Next(-3, 3), // many equals
            _ => random.Next(2) == 0 ? 0f : -0f,
            id => random.Next(3) == 0 ? float.NegativeInfinity : id % 7,
            id => -id, // all of the highest in the first groups
            id => id,
            _ => random.Next(4) switch { 0 => float.MaxValue, 1 => float.MinValue, 2 => float.Epsilon, _ => -float.Epsilon },
            _ => float.NegativeInfinity,
        ];
        foreach (var kind in kinds)
        {
            var scores = Enumerable.Range(0, vocabulary).Select(kind).ToArray();
            var expected = Enumerable.Range(0, vocabulary).OrderByDescending(id => scores[id]).ThenBy(id => id).ToArray();
            foreach (var count in new[] { 1, 2, 51, 64, vocabulary })
            {
                using var candidates = new Candidates(scores, count);
                var taken = new List<int>();
                while (!candidates.IsEmpty)
                {
                    Assert.Equal(scores[expected[taken.Count]], candidates.Top);
                    taken.Add(candidates.Take());
                }

                Assert.Equal(expected, taken);
            }
        }
    }
}
