using Transformer2.Training.Corpus;

namespace Transformer2.Training.Tasks;

/// <summary>Questions in splits that share none, with a verifier. Does not change.</summary>
public interface ITrainingTask
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Judges its answers.</summary>
    IVerifier Verifier { get; }

    /// <summary>Most tokens of an answer.</summary>
    int MaxAnswerTokens { get; }

    /// <summary>The questions of a split, in a fixed order.</summary>
    IReadOnlyList<TaskQuestion> Questions(Split split);
}
