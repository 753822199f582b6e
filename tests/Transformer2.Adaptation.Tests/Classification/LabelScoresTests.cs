using Transformer2.Adaptation.Classification;

namespace Transformer2.Adaptation.Tests.Classification;

public sealed class LabelScoresTests
{
    [Fact]
    public void Probabilities_are_the_softmax()
    {
        var probabilities = LabelScores.Probabilities([Math.Log(1), Math.Log(2), Math.Log(5)]);
        Near([0.125, 0.25, 0.625], probabilities);
    }

    [Fact]
    public void Probabilities_do_not_depend_on_the_scale_of_the_likelihoods()
    {
        Near(LabelScores.Probabilities([-1, -2]), LabelScores.Probabilities([-100_001, -100_002]));
        Near([1, 0], LabelScores.Probabilities([0, -1e6]));
        Assert.Equal(1, LabelScores.Probabilities([.. Enumerable.Range(0, 50).Select(i => -0.37 * i)]).Sum(), 1e-12);
    }

    [Fact]
    public void A_label_that_a_model_never_says_does_not_win_by_that() =>
        // Scores of an example policy on the bundled model: "chat" against "code".
        Assert.True(LabelScores.Calibrate([-33, -0.1], [[-36, -2]]) is [< -18, > 1]);

    [Fact]
    public void Without_neutral_prompts_scores_stay_as_they_are() => Assert.Equal([-1, -2.5], LabelScores.Calibrate([-1, -2.5], []));

    [Fact]
    public void Calibration_takes_off_what_the_model_prefers_anyway()
    {
        // The second label is more probable whatever the prompt; this prompt speaks for the first.
        double[] prompt = [-3, -2];
        double[][] neutral = [[-6, -1], [-5, -2]];
        Near([2.5, -0.5], LabelScores.Calibrate(prompt, neutral));
        Assert.True(LabelScores.Probabilities(prompt)[0] < 0.5);
        Assert.True(LabelScores.Probabilities(LabelScores.Calibrate(prompt, neutral))[0] > 0.9);
    }

    [Fact]
    public void A_prompt_that_says_nothing_gives_equal_probabilities()
    {
        double[] scores = [-3, -9, -0.5];
        Near([1 / 3.0, 1 / 3.0, 1 / 3.0], LabelScores.Probabilities(LabelScores.Calibrate(scores, [scores, scores])));
    }

    [Fact]
    public void Unfit_scores_are_refused_for_their_reason()
    {
        Assert.Equal(ClassificationError.NoCategory, Reason([], []));
        Assert.Equal(ClassificationError.InvalidScore, Reason([-1, double.NaN], []));
        Assert.Equal(ClassificationError.InvalidScore, Reason([-1, double.NegativeInfinity], []));
        Assert.Equal(ClassificationError.InvalidScore, Reason([-1, -2], [[-1, double.NaN]]));
        Assert.Equal(ClassificationError.CountMismatch, Reason([-1, -2], [[-1, -1], [-1]]));
    }

    private static ClassificationError Reason(double[] prompt, double[][] neutral) =>
        Assert.Throws<ClassificationException>(() => LabelScores.Probabilities(LabelScores.Calibrate(prompt, neutral))).Reason;

    private static void Near(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual, (e, a) => (e, a)), pair => Assert.Equal(pair.e, pair.a, 1e-9));
}
