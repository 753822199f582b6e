namespace Transformer2.Training.Tasks.Datasets;

/// <summary>A file of questions cannot be used.</summary>
/// <param name="reason">Why, for programs.</param>
/// <param name="message">What is wrong, for people.</param>
/// <param name="line">Where, from 1; null where it is the file as a whole.</param>
/// <param name="inner">What found it.</param>
public sealed class TaskFileException(TaskFileReason reason, string message, int? line = null, Exception? inner = null)
    : Exception(line is null ? message : $"Line {line}: {message}", inner)
{
    /// <summary>Why, for programs.</summary>
    public TaskFileReason Reason => reason;

    /// <summary>Where, from 1.</summary>
    public int? Line => line;
}

/// <summary>Why a file of questions cannot be used.</summary>
public enum TaskFileReason
{
    /// <summary>It is no UTF-8.</summary>
    Encoding,

    /// <summary>A line is no JSON object.</summary>
    Json,

    /// <summary>A member is missing, has the wrong type, is there twice, or is none that there is.</summary>
    Member,

    /// <summary>A text is empty.</summary>
    Empty,

    /// <summary>A text or a line is too long.</summary>
    TooLong,

    /// <summary>There are too many lines.</summary>
    TooMany,

    /// <summary>There are no questions to learn from, or none to choose by.</summary>
    TooFew,

    /// <summary>A question comes again with another answer.</summary>
    Contradictory,

    /// <summary>A question comes again in another split.</summary>
    SeveralSplits,

    /// <summary>What is to be compared with answers is nothing that the verifier can compare with.</summary>
    Reference,
}
