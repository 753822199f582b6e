using Transformer2.Training.Objectives;
using Transformer2.Training.Optimizers;

namespace Transformer2.Training.Tests.Objectives;

public sealed class RewardBaselineTests
{
    [Fact]
    public void Leave_one_out_takes_off_the_others_mean()
    {
        var baseline = RewardBaselines.Find("leave-one-out");
        Assert.Equal([4.0 / 3, -4.0 / 3, -4.0 / 3, 4.0 / 3], baseline.Advantages([1, -1, -1, 1]), (expected, got) => Math.Abs(expected - got) < 1e-12);
        Assert.Equal([0, 0, 0], baseline.Advantages([0.1, 0.1, 0.1]));
        Assert.Equal([2, -2], baseline.Advantages([1, -1]));
        Assert.Equal([1, -1], RewardBaselines.Find("none").Advantages([1, -1]));
    }

    [Fact]
    public void Schedules_begin_at_the_highest_rate_and_fall()
    {
        foreach (var schedule in LearningRateSchedules.All)
        {
            Assert.Equal(1, schedule.Share(1, 50, 1), 1e-12);
            if (schedule.Name == "constant") continue;
            var shares = Enumerable.Range(1, 50).Select(step => schedule.Share(step, 50, 1)).ToArray();
            Assert.Equal(shares.OrderDescending(), shares);
            Assert.InRange(shares[^1], 0, 0.021);
            Assert.Equal(1, schedule.Share(25, 50, 0.5), 1e-12);
        }

        Assert.Equal(0.5, LearningRateSchedules.Find("cosine").Share(26, 50, 1), 1e-12);
    }
}
