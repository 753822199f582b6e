using Transformer2.Tokenization;
using Transformer2.Training.Corpus;

namespace Transformer2.Training.Data;

/// <summary>A conversation as token ids.</summary>
/// <param name="Ids">The whole conversation.</param>
/// <param name="AnswerStart">Index of the answer's first token; the end-of-turn token belongs to the answer.</param>
public sealed record EncodedExample(int[] Ids, int AnswerStart);

/// <summary>Encodes conversations exactly as the bundled model's ChatML template renders them.</summary>
public sealed class ConversationEncoder
{
    /// <summary>Begins a turn.</summary>
    public const string TurnStart = "<|im_start|>";

    /// <summary>Ends a turn.</summary>
    public const string TurnEnd = "<|im_end|>";

    private readonly ITokenizer _tokenizer;
    private readonly int _start;
    private readonly int _end;
    private readonly int[] _beforeAnswer;

    /// <summary>Looks up the template's tokens.</summary>
    /// <exception cref="ArgumentException">The tokenizer has no ChatML tokens.</exception>
    public ConversationEncoder(ITokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _start = Special(TurnStart);
        _end = Special(TurnEnd);
        _beforeAnswer = [_end, .. tokenizer.Encode("\n"), _start, .. tokenizer.Encode("assistant\n")];
    }

    /// <summary>Encodes a prompt with its answer.</summary>
    public EncodedExample Encode(Conversation conversation)
    {
        int[] prompt = [_start, .. _tokenizer.Encode($"user\n{conversation.Prompt}"), .. _beforeAnswer];
        return new EncodedExample([.. prompt, .. _tokenizer.Encode(conversation.Answer), _end], prompt.Length);
    }

    private int Special(string token) =>
        _tokenizer.TokenId(token) ?? throw new ArgumentException($"The tokenizer has no token {token}: not a ChatML model.");
}
