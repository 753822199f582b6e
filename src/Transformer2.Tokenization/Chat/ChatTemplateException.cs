namespace Transformer2.Tokenization;

/// <summary>A chat template that is malformed or that refuses the messages; the template's own message where it raised the error.</summary>
public sealed class ChatTemplateException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the template itself refused the messages, by <c>raise_exception</c>.</summary>
    public bool RaisedByTemplate { get; init; }
}
