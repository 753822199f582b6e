using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Tests.Evaluation;

public sealed class ProportionTests
{
    // Values of Wilson's interval as published tables and statsmodels give them.
    [Theory]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(150, 300, 0.4437, 0.5563)]
    public void Interval_is_Wilsons(int successes, int count, double low, double high)
    {
        var interval = new Proportion(successes, count).Interval;
        Assert.Equal(low, interval.Low, 1e-4);
        Assert.Equal(high, interval.High, 1e-4);
    }

    [Fact]
    public void Nothing_measured_is_not_a_number() => Assert.True(double.IsNaN(default(Proportion).Value));
}
