using Transformer2.Experts;
using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Experts;

/// <summary>A look at the validation split during an expert's training.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Own">Right answers on the category's validation questions.</param>
/// <param name="Others">Right answers on the other categories' validation questions.</param>
public sealed record ValidationLook(int Step, Proportion Own, Proportion Others)
{
    // Damage elsewhere counts, but less than the gain that the expert is for.
    private const double WeightOfOthers = 0.25;

    /// <summary>What the selection maximises.</summary>
    public double Score => Own.Value + (WeightOfOthers * Others.Value);
}

/// <summary>What an expert's training made.</summary>
/// <param name="Vector">Effective multipliers of the best look.</param>
/// <param name="Best">The look that they were kept for.</param>
/// <param name="Looks">All looks, the base model's first.</param>
/// <param name="Losses">Loss of every step.</param>
public sealed record TrainedExpert(ExpertVector Vector, ValidationLook Best, IReadOnlyList<ValidationLook> Looks, IReadOnlyList<double> Losses);
