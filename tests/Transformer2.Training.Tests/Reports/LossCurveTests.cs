using Transformer2.TestKit;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.Reports;

public sealed class LossCurveTests
{
    [Fact]
    public void A_curve_is_read_back_and_cut_where_a_training_goes_on()
    {
        using var folder = new TemporaryFolder();
        var curve = new LossCurve(folder.File("loss.csv"), "loss");
        for (var step = 1; step <= 40; step++) curve.Add(step, 4.0 / step);
        curve.Save();

        var again = new LossCurve(folder.File("loss.csv"), "loss");
        Assert.Equal(curve.Points.Select(point => (point.Step, Math.Round(point.Loss, 6))), again.Points);
        again.TruncateAfter(30);
        again.Save();

        Assert.Equal(Enumerable.Range(1, 30), new LossCurve(folder.File("loss.csv"), "loss").Points.Select(point => point.Step));
        Assert.Equal(["loss.csv", "loss.svg"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_recent_loss_is_a_mean_of_the_last_steps_and_never_NaN()
    {
        using var folder = new TemporaryFolder();
        var curve = new LossCurve(folder.File("loss.csv"), "loss");
        Assert.Equal(0, curve.Recent);
        for (var step = 1; step <= 100; step++) curve.Add(step, step <= 75 ? 9 : 2);
        Assert.Equal(2, curve.Recent);
    }
}
