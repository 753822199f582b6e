using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks;

namespace Transformer2.Training.Tests.Objectives;

/// <summary>A family of the corpus as a task; an answer is right when it is the careful author's.</summary>
internal sealed class CorpusTask(string family, int questions = 40, Func<TaskQuestion, string, Verdict>? judge = null) : ITrainingTask, IVerifier
{
    private readonly TaskFamily _family = TaskFamilies.All.Single(item => item.Name == family);

    public string Name => family;

    public IVerifier Verifier => this;

    public int MaxAnswerTokens { get; init; } = 6;

    /// <summary>Questions whose answers were judged.</summary>
    public HashSet<string> Judged { get; } = [];

    public IReadOnlyList<TaskQuestion> Questions(Split split) =>
    [
        .. Splits.Questions(_family, split, questions, seed: 1).Select(question => new TaskQuestion(
            $"{family}:{question.Item.Key}:{question.Phrasing}",
            [new ChatMessage("user", question.Item.Prompts[question.Phrasing])],
            Authors.InForm(_family.Category, question.Item.Answer),
            Authors.InForm(_family.Category, question.Item.Answer))),
    ];

    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        lock (Judged) Judged.Add(question.Id);
        return ValueTask.FromResult(judge is null ? Verdict.Of(answer == question.Reference, answer) : judge(question, answer));
    }

    /// <summary>Rewards letters, so that an untrained model gets rewards of many values.</summary>
    public static Verdict Letters(TaskQuestion question, string answer) =>
        new(answer.Count(char.IsAsciiLetter) > 3, Math.Clamp((answer.Count(char.IsAsciiLetter) / 6.0) - 1, -1, 1));
}
