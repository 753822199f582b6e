using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.Classification;

/// <summary>The losses of reinforcement learning, on log-probabilities.</summary>
internal static class PolicyGradient
{
    /// <summary>REINFORCE: the mean of -advantage * log-probability, whose gradient estimates that of the expected reward, negated.</summary>
    /// <param name="logProbabilities">[answers]: of what was chosen.</param>
    /// <param name="advantages">[answers]: reward less baseline.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Loss(Tensor logProbabilities, Tensor advantages) => -(logProbabilities * advantages).mean();

    /// <summary>KL(policy ‖ reference), summed over tokens; nats.</summary>
    /// <param name="policy">[tokens, vocabulary]: log-probabilities.</param>
    /// <param name="reference">Likewise.</param>
    /// <returns>A scalar.</returns>
    public static Tensor Divergence(Tensor policy, Tensor reference) => (policy.exp() * policy.add(reference, alpha: Scalars.Of(-1))).sum();
}
