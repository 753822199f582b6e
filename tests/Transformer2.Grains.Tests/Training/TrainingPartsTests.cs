using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

public class TrainingPartsTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 5, 0.0625)] // 2 / 2^5
    [InlineData(1, 9, 0.021484375)] // 2 (1 + 10) / 2^10
    [InlineData(9, 1, 0.021484375)]
    [InlineData(3, 4, 1)]
    public void Mc_Nemar_s_test_is_the_exact_binomial_one(int lost, int gained, double expected) => Assert.Equal(expected, McNemar.PValue(lost, gained), 12);

    [Fact]
    public void Mc_Nemar_s_test_takes_thousands_of_questions() => Assert.InRange(McNemar.PValue(40_000, 41_000), 0.0001, 0.001);

    [Theory]
    [InlineData("http://reward:5000")]
    [InlineData("http://REWARD:5000/")]
    [InlineData("https://any")]
    [InlineData("http://any:1")]
    [InlineData("http://[::1]:7")]
    public void An_address_that_the_operator_allows_is_called(string address) =>
        Assert.NotNull(RewardAddress.Parse(address, ["reward:5000", "any", "[::1]:7"]));

    [Theory]
    [InlineData("")]
    [InlineData("reward:5000")]
    [InlineData("http://reward:5001")]
    [InlineData("http://other:5000")]
    [InlineData("http://user@reward:5000")]
    [InlineData("http://reward:5000/path")]
    [InlineData("http://reward:5000/?q")]
    [InlineData("http://reward:5000@evil")]
    [InlineData("ftp://reward:5000")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://169.254.169.254")]
    public void Any_other_address_is_refused(string address) =>
        Assert.Equal(
            ErrorReason.InvalidField, Assert.Throws<PlatformException>(() => RewardAddress.Parse(address, ["reward:5000", "any"])).Reason);

    [Fact]
    public void Gates_say_what_was_not_passed()
    {
        var gates = new TrainingGates(0.5, null, 2);

        Assert.Empty(TrainingGateCheck.Failed(gates, 0.5, new(100, 50, 48, 3, 1, 0.6)));
        Assert.Equal(2, TrainingGateCheck.Failed(gates, 0.51, new(100, 50, 47, 4, 1, 0.4)).Length);
        Assert.Single(TrainingGateCheck.Failed(gates, double.NaN, null));
    }

    [Fact]
    public void A_course_takes_news_in_any_order_and_shows_nothing_twice()
    {
        var course = new TrainingCourse()
            .With(new([Step(3)], [new(0, 1, 4)], 5))
            .With(new([Step(1), Step(2)], [], 4))
            .With(new([Step(2), Step(3)], [new(0, 1, 4), new(3, 2, 4)], null));

        Assert.Equal([1, 2, 3], course.Steps.Select(step => step.Step));
        Assert.Equal([0, 3], course.Validation.Select(point => point.Step));
        Assert.Null(course.SecondsLeft);

        static TrainingStep Step(int step) => new(step, 0.5, null, null, 0.1);
    }
}
