using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads the added tokens of a tokenizer.json or a tokenizer_config.json.</summary>
internal static class AddedTokenReader
{
    public static List<AddedToken> Read(JsonElement root)
    {
        if (root.Find("added_tokens") is null)
            return [];
        return [.. root.Items("added_tokens").Select(token => Token(token, token.Integer("id")))];
    }

    public static AddedToken Token(JsonElement token, int id) => new(
        id,
        token.Text("content"),
        IsSpecial: token.Flag("special"),
        SingleWord: token.Flag("single_word"),
        TrimLeft: token.Flag("lstrip"),
        TrimRight: token.Flag("rstrip"),
        Normalized: token.Flag("normalized"));
}
