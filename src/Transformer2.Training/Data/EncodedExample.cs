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

    private readonly ITokenizer tokenizer;
    private readonly int start;
    private readonly int end;
    private readonly int[] beforeAnswer;

    /// <summary>Looks up the template's tokens.</summary>
    /// <exception cref="ArgumentException">The tokenizer has no ChatML tokens.</exception>
    public ConversationEncoder(ITokenizer tokenizer)
    {
        this.tokenizer = tokenizer;
        start = Special(TurnStart);
        end = Special(TurnEnd);
        beforeAnswer = [end, .. tokenizer.Encode("\n"), start, .. tokenizer.Encode("assistant\n")];
    }

    /// <summary>Encodes a prompt with its answer.</summary>
    public EncodedExample Encode(Conversation conversation)
    {
        int[] prompt = [start, .. tokenizer.Encode($"user\n{conversation.Prompt}"), .. beforeAnswer];
        return new EncodedExample([.. prompt, .. tokenizer.Encode(conversation.Answer), end], prompt.Length);
    }

    private int Special(string token) =>
        tokenizer.TokenId(token) ?? throw new ArgumentException($"The tokenizer has no token {token}: not a ChatML model.");
}
