using Transformer2.Experts;
using Transformer2.Training.Adapters;
using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Experts;

/// <summary>What was measured on the validation split after some steps.</summary>
/// <typeparam name="TSelf">The kind of look.</typeparam>
public interface ITrainingLook<in TSelf>
{
    /// <summary>Steps done; 0 is the base model.</summary>
    int Step { get; }

    /// <summary>Whether the selection prefers it. Of equals the earlier one is kept, so nothing that is not a number may be better.</summary>
    bool IsBetterThan(TSelf other);
}

/// <summary>A look at the validation split during an expert's training.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Own">Right answers on the category's validation questions.</param>
/// <param name="Others">Right answers on the other categories' validation questions.</param>
public sealed record ValidationLook(int Step, Proportion Own, Proportion Others) : ITrainingLook<ValidationLook>
{
    // Damage elsewhere counts, but less than the gain that the expert is for.
    private const double WeightOfOthers = 0.25;

    /// <summary>What the selection maximises.</summary>
    public double Score => Own.Value + (Others.Count == 0 ? 0 : WeightOfOthers * Others.Value);

    /// <inheritdoc/>
    public bool IsBetterThan(ValidationLook other) => Score > other.Score;
}

/// <summary>What a training of an adapter made.</summary>
/// <typeparam name="TLook">What was measured on the way.</typeparam>
/// <param name="Adapter">The parameters of the best look.</param>
/// <param name="Best">The look that they were kept for.</param>
/// <param name="Looks">All looks, the base model's first.</param>
/// <param name="Losses">Loss of every step; not a number where a step was passed over.</param>
/// <param name="Rewards">Mean reward of every step; empty where the training has none.</param>
/// <param name="Divergences">Mean KL divergence from the base model of every step, in nats per answer; empty where it was not computed.</param>
public sealed record TrainedExpert<TLook>(
    AdapterWeights Adapter, TLook Best, IReadOnlyList<TLook> Looks, IReadOnlyList<double> Losses, IReadOnlyList<double> Rewards, IReadOnlyList<double> Divergences)
{
    /// <summary>Effective multipliers of the best look.</summary>
    /// <exception cref="InvalidOperationException">Something else than multipliers was trained.</exception>
    public ExpertVector Vector => Adapter is SvfWeights svf ? svf.Vector : throw new InvalidOperationException("What was trained is no expert of multipliers.");
}
