using Transformer2.Tokenization;
using Transformer2.Training.Data;

namespace Transformer2.Training.Classification;

/// <summary>A prompt as the ids up to where the label is answered, and its label's number.</summary>
internal sealed record EncodedPrompt(int[] Ids, int Label);

/// <summary>What bounds a prompt's tokens.</summary>
/// <param name="Context">Tokens of prompt and answer together.</param>
/// <param name="Window">How far attention reaches, where that is bounded: in a row the last label is further from its prompt than in a conversation.</param>
/// <param name="Most">What is accepted at all.</param>
internal readonly record struct PromptRoom(int Context, int? Window, int Most)
{
    /// <summary>Most tokens of a prompt with these answers.</summary>
    public int For(LabelAnswers answers) =>
        Math.Max(0, Math.Min(Most, Math.Min(Context - answers.Ids.Max(ids => ids.Length), Window - answers.Inputs ?? int.MaxValue)));
}

/// <summary>Encodes what a classifier is asked and what it may answer, as the model's own template lays it out.</summary>
internal sealed class ClassificationEncoder
{
    private readonly ModelTokenizer _tokenizer;
    private readonly ClassificationTemplate _template;
    private readonly int _most;

    /// <param name="tokenizer">The model's.</param>
    /// <param name="template">What the model is asked.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="room">How long prompts may be.</param>
    /// <exception cref="ClassificationDataException">The labels cannot be told apart, or not be expressed.</exception>
    /// <exception cref="ChatTemplateException">The model has no chat template.</exception>
    public ClassificationEncoder(ModelTokenizer tokenizer, ClassificationTemplate template, IReadOnlyList<string> labels, PromptRoom room)
    {
        _tokenizer = tokenizer;
        _template = template;
        int[] end = EndOfTurn.Of(tokenizer) is { } id ? [id] : [];
        Answers = new LabelAnswers([.. labels.Select(label => Encoded(() => (int[])[.. tokenizer.Tokenizer.Encode(label), .. end], position: null))]);
        _most = room.For(Answers);
        for (var i = 0; i < labels.Count; i++)
            for (var j = 0; j < labels.Count; j++)
            {
                if (i != j && Answers.Ids[j].AsSpan().StartsWith(Answers.Ids[i]))
                    throw new ClassificationDataException(ClassificationDataReason.LabelsAlike, $"To the model '{labels[j]}' begins with '{labels[i]}'.");
            }
    }

    /// <summary>The labels' tokens.</summary>
    public LabelAnswers Answers { get; }

    /// <summary>Encodes a prompt.</summary>
    /// <exception cref="ClassificationDataException">It is too long, or cannot be expressed.</exception>
    public EncodedPrompt Encode(LabelledPrompt example, int label)
    {
        var turn = _template(example.Prompt);
        ChatMessage[] messages = turn.System is { } system ? [new("system", system), new("user", turn.User)] : [new("user", turn.User)];
        var text = _tokenizer.RenderChat(messages);
        var ids = Encoded(
            () => _tokenizer.Tokenizer.Encode(turn.AnswerPrefix.Length == 0 ? text : [.. text, new TextSegment(turn.AnswerPrefix, IsFromUser: true)]),
            example.Position);
        return ids.Count <= _most
            ? new EncodedPrompt([.. ids], label)
            : throw new ClassificationDataException(
                ClassificationDataReason.PromptTooLong, $"The prompt, as the model is asked about it, has {ids.Count} tokens; the most is {_most}.", example.Position);
    }

    private static T Encoded<T>(Func<T> encode, int? position)
    {
        try
        {
            return encode();
        }
        catch (TokenizerException exception)
        {
            throw new ClassificationDataException(ClassificationDataReason.NotEncodable, exception.Message, position);
        }
    }
}
