namespace Transformer2.Tokenization;

/// <summary>The former name of <see cref="TokenizerFile"/>, for the callers that still use it.</summary>
public static class HuggingFaceTokenizer
{
    /// <inheritdoc cref="TokenizerFile.Load"/>
    public static ITokenizer Load(string path) => TokenizerFile.Load(path);
}
