using Transformer2.Adaptation.Classification;

namespace Transformer2.Adaptation.Tests.Classification;

public sealed class DispatchRuleTests
{
    private static readonly ClassificationCategory Code = new("code", "", HasTarget: true);
    private static readonly ClassificationCategory Math = new("math", "", HasTarget: true);
    private static readonly ClassificationCategory Poetry = new("poetry", "", HasTarget: false);
    private static readonly ClassificationCategory Other = new("Other", "", HasTarget: false);
    private static readonly ClassificationCategory[] Categories = [Code, Math, Poetry, Other];

    [Fact]
    public void The_most_probable_category_is_chosen() =>
        Assert.Equal(new DispatchDecision(Math, 0.6, DispatchFallback.None), Decide(0.6, 0.1, 0.6, 0.2, 0.1));

    [Fact]
    public void Of_equally_probable_categories_the_policys_first_is_chosen()
    {
        Assert.Equal(Code, Decide(0, 0.3, 0.3, 0.3, 0.1).Category);
        Assert.Equal(Math, Decide(0, 0.1, 0.3, 0.3, 0.3).Category);
    }

    [Fact]
    public void Below_the_threshold_the_fall_back_answers()
    {
        Assert.Equal(new DispatchDecision(Math, 0.6, DispatchFallback.LowConfidence), Decide(0.61, 0.1, 0.6, 0.2, 0.1));
        Assert.Equal(DispatchFallback.LowConfidence, Decide(0.8, 0.1, 0.1, 0.1, 0.7).Fallback);
    }

    [Fact]
    public void A_category_without_target_falls_back()
    {
        Assert.Equal(new DispatchDecision(Other, 0.7, DispatchFallback.Other), Decide(0.5, 0.1, 0.1, 0.1, 0.7));
        Assert.Equal(new DispatchDecision(Poetry, 0.7, DispatchFallback.ExpertMissing), Decide(0.5, 0.1, 0.1, 0.7, 0.1));
    }

    [Fact]
    public void Other_may_have_a_target()
    {
        var other = Other with { HasTarget = true };
        Assert.Equal(new DispatchDecision(other, 1, DispatchFallback.None), DispatchRule.FromProbabilities([other], [1], 1));
    }

    [Fact]
    public void A_label_decides_without_confidence()
    {
        Assert.Equal(new DispatchDecision(Math, null, DispatchFallback.None), DispatchRule.FromLabel(Categories, "math"));
        Assert.Equal(new DispatchDecision(Other, null, DispatchFallback.Other), DispatchRule.FromLabel(Categories, "Other"));
        Assert.Equal(new DispatchDecision(Poetry, null, DispatchFallback.ExpertMissing), DispatchRule.FromLabel(Categories, "poetry"));
        Assert.Equal(new DispatchDecision(null, null, DispatchFallback.ParseFailure), DispatchRule.FromLabel(Categories, null));
        Assert.Equal(new DispatchDecision(null, null, DispatchFallback.ParseFailure), DispatchRule.FromLabel(Categories, "Math"));
    }

    [Fact]
    public void Every_distribution_leads_to_a_decision()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 500; trial++)
        {
            var probabilities = LabelScores.Probabilities([.. Categories.Select(_ => random.NextDouble() * 10)]);
            var threshold = random.NextDouble();
            var decision = Decide(threshold, probabilities);
            Assert.Equal(probabilities.Max(), decision.Confidence);
            Assert.Equal(Categories[Array.IndexOf(probabilities, probabilities.Max())], decision.Category);
            Assert.Equal(decision.Confidence < threshold, decision.Fallback == DispatchFallback.LowConfidence);
        }
    }

    [Fact]
    public void Unfit_numbers_are_refused_for_their_reason()
    {
        Assert.Equal(ClassificationError.NoCategory, Reason(() => DispatchRule.FromProbabilities([], [], 0)));
        Assert.Equal(ClassificationError.CountMismatch, Reason(() => Decide(0, 1, 0, 0)));
        Assert.Equal(ClassificationError.InvalidScore, Reason(() => Decide(0, double.NaN, 0, 0, 0)));
        Assert.Equal(ClassificationError.InvalidScore, Reason(() => Decide(0, 1.1, 0, 0, 0)));
        Assert.Equal(ClassificationError.InvalidScore, Reason(() => Decide(0, -0.1, 0, 0, 0)));
        Assert.Equal(ClassificationError.InvalidScore, Reason(() => Decide(double.NaN, 1, 0, 0, 0)));
        Assert.Equal(ClassificationError.InvalidScore, Reason(() => Decide(1.1, 1, 0, 0, 0)));
    }

    private static DispatchDecision Decide(double threshold, params double[] probabilities) =>
        DispatchRule.FromProbabilities(Categories, probabilities, threshold);

    private static ClassificationError Reason(Action action) => Assert.Throws<ClassificationException>(action).Reason;
}
