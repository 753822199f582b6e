namespace Transformer2.Tokenization;

/// <summary>A token that is matched in the text as it stands, before anything else.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its spelling.</param>
/// <param name="IsSpecial">It stands for no text.</param>
/// <param name="SingleWord">It matches only where it is not part of a longer word.</param>
/// <param name="TrimLeft">It takes the white space before it (<c>lstrip</c>).</param>
/// <param name="TrimRight">It takes the white space after it (<c>rstrip</c>).</param>
/// <param name="Normalized">It is matched in the normalized text.</param>
internal sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool SingleWord, bool TrimLeft, bool TrimRight, bool Normalized)
{
    // Far above any model's. Finding a token costs its length at every place of the text that begins like it.
    private const int MaxLength = 1024;

    /// <summary>Its spelling.</summary>
    public string Content { get; } = Content.Length <= MaxLength
        ? Content
        : throw new TokenizerException($"An added token has {Content.Length} characters; at most {MaxLength} are accepted.");
}
