namespace Transformer2.Adaptation.Classification;

/// <summary>A classification that cannot be set up or decided.</summary>
public sealed class ClassificationException(ClassificationError reason, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public ClassificationError Reason { get; } = reason;
}

/// <summary>The kinds of failure of a classification.</summary>
public enum ClassificationError
{
    /// <summary>There is no category to choose from.</summary>
    NoCategory,

    /// <summary>There are not as many numbers as categories.</summary>
    CountMismatch,

    /// <summary>A log-probability is not finite, or a probability or threshold is not from 0 to 1.</summary>
    InvalidScore,

    /// <summary>A part of a template is longer than <see cref="ClassificationTemplate.MaxPartBytes"/>.</summary>
    TemplateTooLong,

    /// <summary>A template does not hold the prompt's place exactly once and in the user's text, or holds the categories' place twice.</summary>
    TemplatePlaceholder,

    /// <summary>A template has no name, or a version below 1.</summary>
    TemplateName,
}
