using System.Text;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>A model's text side: prompts to tokens, tokens to text.</summary>
/// <param name="tokenizer">The model's tokenizer; null when it has none, and only token ids can be answered.</param>
/// <param name="modelDirectory">The model's folder, which says where answers end.</param>
/// <param name="vocabularySize">Number of token ids.</param>
internal sealed class PromptText(ModelTokenizer? tokenizer, string modelDirectory, int vocabularySize)
{
    public bool HasTokenizer => tokenizer is not null;

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlySet<int> EndOfAnswer { get; } = tokenizer?.EosIds ?? ModelTokenizer.ConfiguredEnds(modelDirectory);

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

    /// <summary>
    /// The tokens of a prompt with continuations. What prompt and continuation form is encoded as one text, so a boundary is where the tokens of all
    /// continuations begin to differ, or where the prompt alone would end if that comes first.
    /// </summary>
    /// <exception cref="EngineException">Prompt or continuation are empty, too long, or not what this model can take.</exception>
    public (int[] Prompt, IReadOnlyList<ScoreGroup> Groups) Encode(Prompt prompt, IReadOnlyList<Continuation> continuations, int contextLength)
    {
        var alone = Encode(prompt, contextLength);
        int[][] whole = [.. continuations.Select(continuation => continuation.TokenIds is { } ids
            ? Encode(new Prompt.Tokens([.. alone, .. ids]), contextLength)
            : Encode(Extend(prompt, continuation.Text), contextLength))];
        var shared = whole.Min(tokens => tokens.AsSpan().CommonPrefixLength(alone));
        // Each has a token of its own, if only the end of the answer.
        if (whole.Zip(continuations).Any(both => both.First.Length == shared && !both.Second.EndsAnswer)) shared--;
        if (shared < 1) throw new EngineException(EngineError.PromptEmpty, "The prompt has no token before the continuations.");
        var groups = new List<ScoreGroup>();
        var places = new Dictionary<string, List<(int, int?)>>();
        foreach (var (place, (tokens, continuation)) in whole.Zip(continuations).Index())
        {
            var stem = continuation.EndsAnswer ? tokens[shared..] : tokens[shared..^1];
            var key = string.Join(' ', stem);
            if (!places.TryGetValue(key, out var ends))
            {
                places.Add(key, ends = []);
                groups.Add(new ScoreGroup(stem, ends));
            }

            ends.Add((place, continuation.EndsAnswer ? null : tokens[^1]));
        }

        return (alone[..shared], groups);
    }

    /// <summary>Turns an answer's tokens into text; empty when the model has no tokenizer.</summary>
    public AnswerText CreateAnswer(IReadOnlyList<StopText> stop, int minTokens) => new(tokenizer?.Tokenizer, stop, minTokens);

    private static Prompt Extend(Prompt prompt, string text) => prompt switch
    {
        Prompt.Text before => new Prompt.Text(before.Value + text),
        Prompt.Chat chat => chat with { AnswerPrefix = chat.AnswerPrefix + text },
        _ => throw NotEncodable("Only texts and conversations can be continued by a text."),
    };

    private IReadOnlyList<int> Tokens(Prompt prompt, int contextLength)
    {
        switch (prompt)
        {
            case Prompt.Tokens tokens:
                return tokens.Ids.All(id => id >= 0 && id < vocabularySize)
                    ? tokens.Ids
                    : throw NotEncodable($"A token id is outside the vocabulary of {vocabularySize}.");
            case Prompt.Text text:
                CheckBytes(Encoding.UTF8.GetByteCount(text.Value), contextLength);
                return Tokenizer.EncodePrompt(text.Value);
            case Prompt.Chat chat:
                var segments = Tokenizer.RenderChat(chat.Messages);
                if (chat.AnswerPrefix.Length > 0) segments = [.. segments, new TextSegment(chat.AnswerPrefix, IsFromUser: true)];
                CheckBytes(segments.Sum(segment => (long)Encoding.UTF8.GetByteCount(segment.Text)), contextLength);
                return Tokenizer.Tokenizer.Encode(segments);
            default:
                throw new ArgumentException($"Unknown kind of prompt {prompt.GetType().Name}.", nameof(prompt));
        }
    }

    // Spares the work of encoding what cannot fit, however well it encodes.
    private void CheckBytes(long bytes, int contextLength)
    {
        if (Tokenizer.Tokenizer.MaxBytesPerToken is { } most && bytes > (long)most * contextLength) throw TooLong($"{bytes} bytes", contextLength);
    }

    private ModelTokenizer Tokenizer => tokenizer ?? throw NotEncodable("The model has no tokenizer; it takes token ids only.");

    private static EngineException NotEncodable(string message) => new(EngineError.PromptNotEncodable, message);

    private static EngineException TooLong(string size, int contextLength) =>
        new(EngineError.PromptTooLong, $"The prompt has {size}; the context of {contextLength} tokens leaves no room for an answer.");
}
