using Transformer2.Tokenization;

namespace Transformer2.Training.Data;

/// <summary>The token that ends an answer.</summary>
internal static class EndOfTurn
{
    /// <summary>What the template itself writes behind an answer; a model may have other ends, such as that of a whole text. Null when the model has none.</summary>
    public static int? Of(ModelTokenizer tokenizer)
    {
        if (tokenizer.EosIds.Count == 0 || tokenizer.ChatTemplate is not { } template) return null;
        var ids = tokenizer.Tokenizer.Encode(template.Render([new("user", "a"), new("assistant", "b")], addGenerationPrompt: false));
        return ids.Select(id => (int?)id).LastOrDefault(id => tokenizer.EosIds.Contains(id!.Value)) ?? tokenizer.EosIds.Min();
    }
}
