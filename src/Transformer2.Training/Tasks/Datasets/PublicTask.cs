using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Training.Tasks.Datasets;

/// <summary>A public data set as a task.</summary>
/// <param name="name">Its name.</param>
/// <param name="verifier">Judges its answers.</param>
/// <param name="maxAnswerTokens">Most tokens of an answer.</param>
/// <param name="questions">Its questions by split.</param>
internal sealed class PublicTask(string name, IVerifier verifier, int maxAnswerTokens, ILookup<Split, TaskQuestion> questions) : ITrainingTask
{
    public string Name => name;

    public IVerifier Verifier => verifier;

    public int MaxAnswerTokens => maxAnswerTokens;

    public IReadOnlyList<TaskQuestion> Questions(Split split) => [.. questions[split]];

    /// <summary>A question with one message.</summary>
    public static TaskQuestion Question(string text, string reference, string? demonstration)
    {
        ChatMessage[] messages = [new("user", text)];
        return new TaskQuestion(TaskFile.IdOf(messages), messages, reference, demonstration);
    }
}
