using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads the <c>added_tokens</c> of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    public static List<AddedToken> Read(JsonElement root)
    {
        if (root.Find("added_tokens") is null)
            return [];
        return [.. root.Items("added_tokens").Select(token => new AddedToken(
            token.Integer("id"),
            token.Text("content"),
            IsSpecial: token.Flag("special"),
            SingleWord: token.Flag("single_word"),
            TrimLeft: token.Flag("lstrip"),
            TrimRight: token.Flag("rstrip"),
            Normalized: token.Flag("normalized")))];
    }
}
