using System.Text;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>A model's text side: prompts to tokens, tokens to text.</summary>
internal sealed class PromptText(ModelTokenizer tokenizer)
{
    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlySet<int> EndOfAnswer { get; } = tokenizer.EosIds;

    /// <summary>A prompt's tokens: at least one, and room for an answer behind them.</summary>
    /// <exception cref="EngineException">The prompt is empty, too long, or not one that this model can take.</exception>
    public int[] Encode(Prompt prompt, int contextLength)
    {
        int[] tokens;
        try
        {
            tokens = [.. Tokens(prompt, contextLength)];
        }
        catch (ChatTemplateException e)
        {
            throw new EngineException(EngineError.ChatTemplate, e.Message, e);
        }
        catch (TokenizerException e)
        {
            throw new EngineException(EngineError.PromptNotEncodable, e.Message, e);
        }

        if (tokens.Length == 0) throw new EngineException(EngineError.PromptEmpty, "The prompt has no token.");
        return tokens.Length < contextLength ? tokens : throw TooLong($"{tokens.Length} tokens", contextLength);
    }

    public StreamingDetokenizer CreateDetokenizer() => tokenizer.Tokenizer.CreateDetokenizer();

    private IReadOnlyList<int> Tokens(Prompt prompt, int contextLength)
    {
        switch (prompt)
        {
            case Prompt.Text text:
                CheckBytes(Encoding.UTF8.GetByteCount(text.Value), contextLength);
                return tokenizer.EncodePrompt(text.Value);
            case Prompt.Chat chat:
                var segments = tokenizer.RenderChat(chat.Messages);
                CheckBytes(segments.Sum(segment => (long)Encoding.UTF8.GetByteCount(segment.Text)), contextLength);
                return tokenizer.Tokenizer.Encode(segments);
            default:
                throw new ArgumentException($"Unknown kind of prompt {prompt.GetType().Name}.", nameof(prompt));
        }
    }

    // Spares the work of encoding what cannot fit, however well it encodes.
    private void CheckBytes(long bytes, int contextLength)
    {
        if (tokenizer.Tokenizer.MaxBytesPerToken is { } most && bytes > (long)most * contextLength) throw TooLong($"{bytes} bytes", contextLength);
    }

    private static EngineException TooLong(string size, int contextLength) =>
        new(EngineError.PromptTooLong, $"The prompt has {size}; the context of {contextLength} tokens leaves no room for an answer.");
}
