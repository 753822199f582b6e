using Transformer2.Adaptation.Classification;

namespace Transformer2.Engine.Tests;

/// <summary>What labels are calibrated on.</summary>
public sealed class CalibrationTests(EngineFixture fixture)
{
    private static readonly ClassificationCategory[] Described = [new("math", "numbers and sums", true), new("code", "programs", true), new("other", "everything else", false)];

    [Fact]
    public void Descriptions_calibrate_where_every_category_has_one() =>
        Assert.Equal(["numbers and sums", "programs", "everything else"], PromptClassifier.CalibrationPrompts(Described));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_missing_description_would_tip_the_balance(string description)
    {
        var prompts = PromptClassifier.CalibrationPrompts([.. Described[..2], Described[2] with { Description = description }]);
        Assert.Equal(["", "N/A", "[MASK]"], prompts);
    }

    [Fact]
    public async Task Every_label_is_scored_after_every_prompt_whatever_is_asked()
    {
        var classifier = new PromptClassifier(fixture.Engine);
        var request = new ClassificationRequest { RequestId = "calibration", Template = ClassificationTemplates.Nano, Categories = Described, Text = "2 + 2?" };

        var scores = await classifier.ScoreCalibrationAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(3, scores.Length);
        foreach (var (row, category) in scores.Zip(Described))
            Assert.Equal((await classifier.ScoreAsync(request with { Text = category.Description }, TestContext.Current.CancellationToken)).Logprobs, row);
    }
}
