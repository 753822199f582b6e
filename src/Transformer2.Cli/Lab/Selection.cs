using Transformer2.Training.Experts;

namespace Transformer2.Cli;

/// <summary>How good something is on validation questions. Can be made of a training's look at them only: what test questions say is of another type.</summary>
internal readonly record struct ValidationScore
{
    private ValidationScore(double value) => Value = value;

    /// <summary>The more the better.</summary>
    public double Value { get; }

    /// <summary>What a training found.</summary>
    public static ValidationScore Of(ValidationLook look) => new(look.Score);
}

/// <summary>The laboratory's only way to choose between settings.</summary>
internal static class Selection
{
    /// <summary>The best by validation; of equals the first.</summary>
    public static T Best<T>(IEnumerable<T> candidates, Func<T, ValidationScore> score) => candidates.MaxBy(candidate => score(candidate).Value)!;
}

/// <summary>A task without its test questions: what trainings are given.</summary>
/// <param name="task">The task.</param>
internal sealed class TaskWithoutTest(Transformer2.Training.Tasks.ITrainingTask task) : Transformer2.Training.Tasks.ITrainingTask
{
    /// <inheritdoc/>
    public string Name => task.Name;

    /// <inheritdoc/>
    public Transformer2.Training.Tasks.IVerifier Verifier => task.Verifier;

    /// <inheritdoc/>
    public int MaxAnswerTokens => task.MaxAnswerTokens;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Test questions are asked for.</exception>
    public IReadOnlyList<Transformer2.Training.Tasks.TaskQuestion> Questions(Transformer2.Training.Corpus.Split split) =>
        split == Transformer2.Training.Corpus.Split.Test ? throw new InvalidOperationException("Test questions measure, and choose nothing.") : task.Questions(split);
}
