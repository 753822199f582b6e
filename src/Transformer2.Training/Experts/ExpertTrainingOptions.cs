using Transformer2.Training.Adapters;

namespace Transformer2.Training.Experts;

/// <summary>Settings of next-token SVF training on a category of the corpus.</summary>
public sealed record ExpertTrainingOptions : AdapterTrainingOptions
{
    /// <summary>Validation questions per family.</summary>
    public int ValidationQuestions { get; init; } = 60;
}
