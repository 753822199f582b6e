using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;

namespace Transformer2.Training.Evaluation;

/// <summary>A family's result.</summary>
/// <param name="Family">The family.</param>
/// <param name="Total">Over all phrasings.</param>
/// <param name="ByPhrasing">Per phrasing; the first half are the good ones.</param>
public sealed record FamilyResult(TaskFamily Family, Proportion Total, IReadOnlyList<Proportion> ByPhrasing);

/// <summary>Measures strict greedy accuracy per family: the answer must be right and in the category's form.</summary>
/// <param name="model">The model; an expert needs its decomposition.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="split">Which questions.</param>
/// <param name="questions">Most questions per family.</param>
/// <param name="seed">Names the sample of questions.</param>
public sealed class FamilyEvaluation(Decoder model, ITokenizer tokenizer, Split split, int questions, ulong seed)
{
    private readonly ConversationEncoder _encoder = new(tokenizer);

    /// <summary>Evaluates one family.</summary>
    public FamilyResult Evaluate(TaskFamily family, RowExperts? experts = null, CancellationToken cancellationToken = default)
    {
        var sample = Splits.Questions(family, split, questions, seed);
        var examples = sample.Select(question => new Conversation(question.Item.Prompts[question.Phrasing], Authors.InForm(family.Category, question.Item.Answer)));
        var right = Grader.Grade(model, [.. examples.Select(_encoder.Encode)], experts, cancellationToken);
        return new FamilyResult(family, Count(_ => true), [.. Enumerable.Range(0, TaskFamilies.Phrasings).Select(phrasing => Count(i => sample[i].Phrasing == phrasing))]);

        Proportion Count(Func<int, bool> include)
        {
            var indices = Enumerable.Range(0, right.Length).Where(include).ToArray();
            return new Proportion(indices.Count(i => right[i]), indices.Length);
        }
    }
}
