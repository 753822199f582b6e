namespace Transformer2.Training.Classification;

/// <summary>Examples that no classifier can be trained from.</summary>
/// <param name="reason">A stable code from <see cref="ClassificationDataReason"/>.</param>
/// <param name="message">What is wrong, for people.</param>
/// <param name="position">Where the example at fault stands in its source, if one is and it is known.</param>
public sealed class ClassificationDataException(string reason, string message, int? position = null) : Exception(message)
{
    /// <summary>A stable code from <see cref="ClassificationDataReason"/>.</summary>
    public string Reason { get; } = reason;

    /// <summary>Where the example at fault stands in its source, if one is and it is known.</summary>
    public int? Position { get; } = position;
}

/// <summary>The reasons of <see cref="ClassificationDataException"/>.</summary>
public static class ClassificationDataReason
{
    /// <summary>There is no example.</summary>
    public const string NoExamples = "NO_EXAMPLES";

    /// <summary>More examples, or more bytes of them, than are accepted.</summary>
    public const string TooManyExamples = "TOO_MANY_EXAMPLES";

    /// <summary>A label with too few different examples: none would be left to train on, or to measure with.</summary>
    public const string TooFewExamples = "TOO_FEW_EXAMPLES";

    /// <summary>One prompt has two labels.</summary>
    public const string ContradictoryExamples = "CONTRADICTORY_EXAMPLES";

    /// <summary>Fewer or more labels than are accepted.</summary>
    public const string LabelCount = "LABEL_COUNT";

    /// <summary>A label that is empty, too long, listed twice, or has characters that are not for one line.</summary>
    public const string LabelInvalid = "LABEL_INVALID";

    /// <summary>An example's label is not one of those that were listed.</summary>
    public const string LabelUnknown = "LABEL_UNKNOWN";

    /// <summary>Two labels that the model cannot tell apart: the one's tokens begin with, or are, the other's.</summary>
    public const string LabelsAlike = "LABELS_ALIKE";

    /// <summary>A prompt without any character.</summary>
    public const string PromptEmpty = "PROMPT_EMPTY";

    /// <summary>A prompt of more bytes or tokens than are accepted.</summary>
    public const string PromptTooLong = "PROMPT_TOO_LONG";

    /// <summary>A prompt or label that the model's vocabulary cannot express.</summary>
    public const string NotEncodable = "PROMPT_NOT_ENCODABLE";
}
