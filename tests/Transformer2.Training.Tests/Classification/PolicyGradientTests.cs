using TorchSharp;
using Transformer2.Training.Classification;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Classification;

/// <summary>Against values that were computed with numpy from the paper's formulas (vocabulary of 3, two answers of two tokens).</summary>
public sealed class PolicyGradientTests
{
    private static readonly double[][,] Logits = [new double[,] { { 1, 0, -1 }, { 0, 2, 0 } }, new double[,] { { 0.5, 0.5, 0 }, { 0, 0, 1 } }];
    private static readonly double[][,] Reference = [new double[,] { { 0.8, 0.1, -1 }, { 0, 1.5, 0.2 } }, new double[,] { { 0.4, 0.6, 0 }, { 0.1, 0, 0.9 } }];
    private static readonly long[][] Answers = [[0, 1], [2, 0]];

    [Fact]
    public void Reward_and_divergence_are_the_references()
    {
        using var scope = NewDisposeScope();
        var sums = stack(Logits.Zip(Answers, (logits, answer) => Scores(logits).gather(1, tensor(answer, [2, 1])).sum()));
        Assert.Equal(-0.6471507307, sums[0].ToDouble(), 1e-9);
        Assert.Equal(-3.0094648019, sums[1].ToDouble(), 1e-9);

        var loss = PolicyGradient.Loss(sums, tensor(new double[] { 1, -1 }));
        Assert.Equal(-1.1811570356, loss.ToDouble(), 1e-9);

        var divergences = Logits.Zip(Reference, (policy, reference) => PolicyGradient.Divergence(Scores(policy), Scores(reference)).ToDouble()).ToArray();
        Assert.Equal(0.0441371397, divergences[0], 1e-9);
        Assert.Equal(0.0071741935, divergences[1], 1e-9);
        Assert.Equal(-1.1785914689, loss.ToDouble() + (0.1 * divergences.Sum() / 2), 1e-9);
    }

    private static Tensor Scores(double[,] logits) => nn.functional.log_softmax(tensor(logits), -1);
}
