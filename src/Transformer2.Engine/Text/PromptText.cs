using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>A model's text side: prompts to tokens, tokens to text.</summary>
internal sealed class PromptText(ModelTokenizer tokenizer)
{
    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlySet<int> EndOfAnswer { get; } = tokenizer.EosIds;

    public int[] Encode(Prompt prompt)
    {
        try
        {
            return prompt switch
            {
                Prompt.Text text => [.. tokenizer.EncodePrompt(text.Value)],
                Prompt.Chat chat => [.. tokenizer.EncodeChat(chat.Messages)],
                _ => throw new ArgumentException($"Unknown kind of prompt {prompt.GetType().Name}.", nameof(prompt)),
            };
        }
        catch (ChatTemplateException e)
        {
            throw new EngineException(EngineError.ChatTemplate, e.Message, e);
        }
    }

    public StreamingDetokenizer CreateDetokenizer() => tokenizer.Tokenizer.CreateDetokenizer();
}
