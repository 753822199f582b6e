using Transformer2.Tokenization;
using Transformer2.Training.Data;
using Transformer2.Training.Tasks;

namespace Transformer2.Training.Objectives;

/// <summary>Between a task's texts and the model's tokens. Does not change.</summary>
public interface ITaskEncoder
{
    /// <summary>Tokens that end an answer.</summary>
    IReadOnlySet<int> EndIds { get; }

    /// <summary>A question's tokens up to where the model answers.</summary>
    IReadOnlyList<int> Prompt(TaskQuestion question);

    /// <summary>A demonstration's tokens, with the one that ends an answer.</summary>
    IReadOnlyList<int> Answer(string text);

    /// <summary>What a verifier sees of an answer: its text without special tokens.</summary>
    string Text(IReadOnlyList<int> ids);
}

/// <summary>As the model's own chat template lays it out.</summary>
public sealed class ChatTaskEncoder : ITaskEncoder
{
    private readonly ModelTokenizer _tokenizer;
    private readonly int[] _end;

    /// <param name="tokenizer">The model's, with its chat template.</param>
    /// <exception cref="ChatTemplateException">The model has no chat template.</exception>
    public ChatTaskEncoder(ModelTokenizer tokenizer)
    {
        if (tokenizer.ChatTemplate is null) throw new ChatTemplateException("The model has no chat template.");
        _tokenizer = tokenizer;
        _end = EndOfTurn.Of(tokenizer) is { } id ? [id] : [];
    }

    /// <inheritdoc/>
    public IReadOnlySet<int> EndIds => _tokenizer.EosIds;

    /// <inheritdoc/>
    public IReadOnlyList<int> Prompt(TaskQuestion question) => _tokenizer.EncodeChat(question.Messages);

    /// <inheritdoc/>
    public IReadOnlyList<int> Answer(string text) => [.. _tokenizer.Tokenizer.Encode(text), .. _end];

    /// <inheritdoc/>
    public string Text(IReadOnlyList<int> ids) => _tokenizer.Tokenizer.Decode(ids, skipSpecial: true);
}
