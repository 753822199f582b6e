namespace Transformer2.Tokenization;

/// <summary>A tokenizer file that is malformed or asks for something unsupported, or a text that the vocabulary cannot express.</summary>
public sealed class TokenizerException(string message, Exception? innerException = null) : Exception(message, innerException);
