using Transformer2.Training.Corpus;

namespace Transformer2.Training.Classification;

/// <summary>What a model is asked when it shall name a prompt's category. Its answer is the label and nothing else.</summary>
/// <param name="System">The system's message; null for none.</param>
/// <param name="User">The user's message.</param>
/// <param name="AnswerPrefix">
/// How the answer begins, before the label. It is encoded apart from the label, as a model sees it that goes on from there: with most
/// tokenizers it should not end with a space.
/// </param>
public sealed record ClassificationTurn(string? System, string User, string AnswerPrefix = "");

/// <summary>Makes the conversation about a prompt. The same prompt gives the same conversation every time.</summary>
public delegate ClassificationTurn ClassificationTemplate(string prompt);

/// <summary>Templates by their texts.</summary>
public static class ClassificationTemplates
{
    /// <summary>Stands for the prompt.</summary>
    public const string Placeholder = "{prompt}";

    /// <summary>The user's message that the bundled model knows.</summary>
    public const string DefaultUser = CorpusGenerator.ClassificationPrefix + Placeholder;

    /// <summary>The template that the bundled model knows: <c>classify: PROMPT</c>.</summary>
    public static ClassificationTemplate Default { get; } = Of(DefaultUser);

    /// <summary>A template with the prompt in the user's message.</summary>
    /// <param name="user">The user's message; <see cref="Placeholder"/> in it stands for the prompt.</param>
    /// <param name="system">The system's message; null for none.</param>
    /// <param name="answerPrefix">How the answer begins; see <see cref="ClassificationTurn"/>.</param>
    /// <exception cref="ArgumentException">The user's message has no place for the prompt.</exception>
    public static ClassificationTemplate Of(string user, string? system = null, string answerPrefix = "") =>
        user.Contains(Placeholder, StringComparison.Ordinal)
            ? prompt => new ClassificationTurn(system, user.Replace(Placeholder, prompt, StringComparison.Ordinal), answerPrefix)
            : throw new ArgumentException($"The user's message has no {Placeholder}.", nameof(user));
}
