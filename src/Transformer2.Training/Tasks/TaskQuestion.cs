using Transformer2.Tokenization;

namespace Transformer2.Training.Tasks;

/// <summary>One question of a task.</summary>
/// <param name="Id">Names the question by its content, whatever its task, split and place in a file: two questions with the same words are one.</param>
/// <param name="Messages">What the model is asked; the last message is the user's.</param>
/// <param name="Reference">What the task's verifier compares an answer with; its meaning is the verifier's.</param>
/// <param name="Demonstration">An answer to learn from by next-token prediction; null when the task has none.</param>
public sealed record TaskQuestion(string Id, IReadOnlyList<ChatMessage> Messages, string Reference, string? Demonstration = null);
