using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Everything that turns prompts into a model's tokens and back: tokenizer, chat template, and where an answer ends.</summary>
/// <param name="Tokenizer">The tokenizer.</param>
/// <param name="ChatTemplate">The model's chat template, or null when it has none.</param>
/// <param name="EosIds">Ids that end an answer.</param>
/// <param name="BosId">The id that starts a text, or null when the model has none.</param>
public sealed record ModelTokenizer(ITokenizer Tokenizer, ChatTemplate? ChatTemplate, IReadOnlySet<int> EosIds, int? BosId)
{
    /// <summary>Reads the tokenizer and, where they exist, tokenizer_config.json, generation_config.json and config.json.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="clock">Tells the time to chat templates that ask for it.</param>
    /// <exception cref="TokenizerException">A file is malformed or asks for something unsupported.</exception>
    /// <exception cref="ChatTemplateException">The chat template uses something unsupported.</exception>
    public static ModelTokenizer Load(string directory, TimeProvider? clock = null)
    {
        var tokenizer = TokenizerFile.Read(directory);
        var tokens = TokenizerConfig.Load(directory).Tokens;
        // The tokenizer's own end of text, which ends a chat turn, always counts.
        var ends = ConfiguredEnds(directory);
        if (Spelling("eos_token") is { } eos && tokenizer.TokenId(eos) is { } eosId)
            ends.Add(eosId);
        var bosId = Spelling("bos_token") is { } bos ? tokenizer.TokenId(bos) : null;
        return new ModelTokenizer(tokenizer, ChatTemplate.Load(directory, clock: clock), ends, bosId);

        string? Spelling(string name) => tokens.GetValueOrDefault(name) ?? tokenizer.ImpliedTokens.GetValueOrDefault(name);
    }

    /// <summary>Ids that end an answer as generation_config.json has them, or config.json in its stead.</summary>
    public static HashSet<int> ConfiguredEnds(string directory)
    {
        var configured = Ids(directory, "generation_config.json", "eos_token_id");
        return [.. configured.Count > 0 ? configured : Ids(directory, "config.json", "eos_token_id")];
    }

    /// <summary>Ids of a raw prompt: nothing in it is a special token, and the model's automatic ones are added.</summary>
    public IReadOnlyList<int> EncodePrompt(string text) => Tokenizer.Encode(text, specialTokens: false, addBos: true);

    /// <summary>Ids of a conversation up to where the assistant answers. Only the template can make special tokens.</summary>
    /// <exception cref="ChatTemplateException">The model has no chat template, or it refuses the messages.</exception>
    public IReadOnlyList<int> EncodeChat(IReadOnlyList<ChatMessage> messages) => Tokenizer.Encode(RenderChat(messages));

    /// <summary>The text of a conversation up to where the assistant answers.</summary>
    /// <inheritdoc cref="EncodeChat"/>
    public IReadOnlyList<TextSegment> RenderChat(IReadOnlyList<ChatMessage> messages) =>
        ChatTemplate is null
            ? throw new ChatTemplateException("The model has no chat template.")
            : ChatTemplate.Render(messages, addGenerationPrompt: true);

    private static List<int> Ids(string directory, string file, string name)
    {
        var path = Path.Combine(directory, file);
        if (!File.Exists(path))
            return [];
        using var document = Json.Load(path);
        return document.RootElement.Find(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(id => id.AsInteger(name))],
            { } id => [id.AsInteger(name)],
        };
    }
}
