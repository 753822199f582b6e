using System.Text.Json.Serialization;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>What test questions said of an answerer, question by question. They measure, and choose nothing.</summary>
/// <param name="Families">Per family, in a fixed order.</param>
internal sealed record TestAnswers(IReadOnlyList<FamilyAnswers> Families)
{
    /// <summary>Answers to every family's questions.</summary>
    /// <param name="families">The families.</param>
    /// <param name="answer">Whether each question is answered rightly, in order.</param>
    public static TestAnswers Of(IEnumerable<TaskFamily> families, Func<TaskFamily, IEnumerable<bool>> answer) =>
        new([.. families.Select(family => new FamilyAnswers(family.Name, string.Concat(answer(family).Select(right => right ? '1' : '0'))))]);

    /// <summary>Those of some families alone.</summary>
    public TestAnswers Only(Func<TaskFamily, bool> families)
    {
        var names = TaskFamilies.All.Where(families).Select(family => family.Name).ToHashSet();
        return new TestAnswers([.. Families.Where(family => names.Contains(family.Family))]);
    }

    /// <summary>Whether each question was answered rightly.</summary>
    [JsonIgnore]
    public bool[] Right => [.. Families.SelectMany(family => family.Right.Select(mark => mark == '1'))];

    /// <summary>The share of right ones.</summary>
    [JsonIgnore]
    public Proportion Share => new(Right.Count(right => right), Right.Length);

    /// <summary>Compares this answerer with another one, on the questions of the families that both answered.</summary>
    /// <param name="first">The other one.</param>
    public PairedComparison Against(TestAnswers first)
    {
        var comparison = default(PairedComparison);
        foreach (var family in Families)
        {
            if (first.Families.FirstOrDefault(other => other.Family == family.Family) is { } other)
            {
                comparison += PairedComparison.Of([.. other.Right.Select(mark => mark == '1')], [.. family.Right.Select(mark => mark == '1')]);
            }
        }

        return comparison;
    }
}

/// <summary>A family's answers.</summary>
/// <param name="Family">The family.</param>
/// <param name="Right">1 for each right answer, 0 for each other one, in the order of the questions.</param>
internal sealed record FamilyAnswers(string Family, string Right);

/// <summary>The generated corpus's test questions.</summary>
/// <param name="count">Most of a family.</param>
/// <param name="seed">Names the sample.</param>
internal sealed class TestQuestions(int count, ulong seed)
{
    /// <summary>Whether greedy answers are exactly right, as <c>t2 evaluate</c> has it.</summary>
    public TestAnswers Measure(Decoder model, ITokenizer tokenizer, RowExperts? experts, IEnumerable<TaskFamily> families, CancellationToken cancellationToken)
    {
        var encoder = new ConversationEncoder(tokenizer);
        TaskFamily[] asked = [.. families];
        var samples = asked.Select(family => Splits.Questions(family, Split.Test, count, seed).Select(question => encoder.Encode(
            new Conversation(question.Item.Prompts[question.Phrasing], Authors.InForm(family.Category, question.Item.Answer)))).ToArray()).ToArray();
        // All at once: a batch is as large for a few questions as for many.
        var right = new Queue<bool>(Grader.Grade(model, [.. samples.SelectMany(sample => sample)], experts, cancellationToken));
        var answers = asked.Zip(samples, (family, sample) => (family, Right: sample.Select(_ => right.Dequeue()).ToArray())).ToDictionary(entry => entry.family, entry => entry.Right);
        return TestAnswers.Of(asked, family => answers[family]);
    }
}
