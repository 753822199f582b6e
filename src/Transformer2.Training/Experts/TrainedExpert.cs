using Transformer2.Experts;
using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Experts;

/// <summary>The state of an expert's training at a look at the validation split.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Vector">Effective multipliers.</param>
/// <param name="Own">Right answers on the category's validation questions.</param>
/// <param name="Others">Right answers on the other categories' validation questions.</param>
public sealed record TrainedExpert(int Step, ExpertVector Vector, Proportion Own, Proportion Others)
{
    // Damage elsewhere counts, but less than the gain that the expert is for.
    private const double WeightOfOthers = 0.25;

    /// <summary>What the selection maximises.</summary>
    public double Score => Own.Value + (WeightOfOthers * Others.Value);

    /// <summary>Loss of every step.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [];

    /// <summary>All looks, the base model's first.</summary>
    public IReadOnlyList<TrainedExpert> History { get; init; } = [];
}
