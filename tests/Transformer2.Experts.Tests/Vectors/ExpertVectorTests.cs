namespace Transformer2.Experts.Tests.Vectors;

public sealed class ExpertVectorTests
{
    [Fact]
    public void The_digest_is_of_the_content()
    {
        var one = Sample.Expert(("a", [1, 2]), ("b", [3]));
        Assert.Equal(one.Digest, Sample.Expert(("b", [3]), ("a", [1, 2])).Digest);
        Assert.True(Fingerprint.IsWellFormed(one.Digest));
        string[] digests =
        [
            one.Digest,
            Sample.Expert(("a", [1, 2])).Digest,
            Sample.Expert(("a", [1, 2]), ("c", [3])).Digest,
            Sample.Expert(("a", [2, 1]), ("b", [3])).Digest,
            Sample.Expert(("a", [1, 2, 3]), ("b", [3])).Digest,
            Sample.Expert(("a", [1]), ("b", [2, 3])).Digest,
            Sample.Expert(("a", [1, MathF.BitIncrement(2)]), ("b", [3])).Digest,
            ExpertVector.Identity.Digest,
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void It_is_immutable()
    {
        float[] z = [1, 2];
        var expert = new ExpertVector(new Dictionary<string, float[]> { ["a"] = z });
        z[0] = 9;
        Assert.Equal([1f, 2f], expert.Multipliers["a"].ToArray());
        Assert.Equal(2, expert.ParameterCount);
    }

    [Fact]
    public void Only_ones_are_the_identity()
    {
        Assert.True(ExpertVector.Identity.IsIdentity);
        Assert.True(Sample.Expert(("a", [1, 1])).IsIdentity);
        Assert.False(Sample.Expert(("a", [1, 1]), ("b", [1, 1.001f])).IsIdentity);
        Assert.Empty(ExpertVector.Identity.Multipliers);
    }

    [Fact]
    public void Multipliers_are_finite_and_there()
    {
        Assert.Throws<ArgumentException>(() => Sample.Expert(("a", [1, float.NaN])));
        Assert.Throws<ArgumentException>(() => Sample.Expert(("a", [float.NegativeInfinity])));
        Assert.Throws<ArgumentException>(() => Sample.Expert(("a", [])));
        Assert.Throws<ArgumentException>(() => new ExpertVector([KeyValuePair.Create("a", new[] { 1f }), KeyValuePair.Create("a", new[] { 1f })]));
    }
}
