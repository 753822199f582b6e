namespace Transformer2.Engine.Tests.Sampling;

public sealed class LogprobsTests
{
    [Fact]
    public void They_are_the_log_softmax()
    {
        var random = new Random(1);
        var logits = Enumerable.Range(0, 777).Select(_ => (float)((random.NextDouble() - 0.5) * 30)).ToArray();
        var normalizer = Math.Log(logits.Sum(logit => Math.Exp(logit)));

        var result = Logprobs.Of(logits, token: 5, alternatives: 20, id => $"t{id}");

        Assert.Equal((5, "t5"), (result.Token.TokenId, result.Token.Text));
        Assert.Equal(logits[5] - normalizer, result.Token.Logprob, 1e-9);
        var expected = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).Take(20).ToArray();
        Assert.Equal(expected, result.Top.Select(entry => entry.TokenId));
        Assert.All(result.Top, entry => Assert.Equal(logits[entry.TokenId] - normalizer, entry.Logprob, 1e-9));
    }

    [Fact]
    public void Equal_ones_come_in_the_order_of_ids_and_there_are_never_more_than_tokens()
    {
        Assert.Equal([3, 0, 1, 2, 4], Logprobs.Of([1, 1, 1, 2, 1], 0, 20, _ => "").Top.Select(entry => entry.TokenId));
        Assert.Equal([3, 0], Logprobs.Of([1, 1, 1, 2, 1], 0, 2, _ => "").Top.Select(entry => entry.TokenId));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(float.MaxValue)]
    [InlineData(-1e30f)]
    public void Extreme_logits_give_finite_ones(float extreme)
    {
        float[] logits = [extreme, extreme, -5, 0];
        var result = Logprobs.Of(logits, token: 0, alternatives: 4, _ => "");
        Assert.All(result.Top.Append(result.Token), entry => Assert.True(double.IsFinite(entry.Logprob) && entry.Logprob <= 0));
        Assert.Equal(1, result.Top.Sum(entry => Math.Exp(entry.Logprob)), 1e-12);
    }
}
