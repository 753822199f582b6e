using Transformer2.Tokenization;
using Transformer2.Training.Tasks;

namespace Transformer2.Training.Corpus;

/// <summary>
/// Families of the generated corpus as a task: an answer is right when it is exactly the careful author's, in value and form. Families that
/// no expert training may use cannot be part of it.
/// </summary>
public sealed class CategoryTask : ITrainingTask, IVerifier
{
    private readonly Dictionary<Split, TaskQuestion[]> _questions;

    /// <summary>Draws the questions.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="families">Its families.</param>
    /// <param name="seed">Names the sample.</param>
    /// <param name="train">Most training questions of a family.</param>
    /// <param name="others">Most validation questions, and most test questions, of a family.</param>
    /// <exception cref="ArgumentException">There is no family, or one is unseen.</exception>
    public CategoryTask(string name, IEnumerable<TaskFamily> families, ulong seed, int train = 400, int others = 60)
    {
        TaskFamily[] all = [.. families];
        if (all.Length == 0) throw new ArgumentException("A task has at least one family.", nameof(families));
        if (Array.Find(all, family => family.Unseen) is { } unseen) throw new ArgumentException($"The family {unseen.Name} is kept out of all training.", nameof(families));
        Name = name;
        _questions = Enum.GetValues<Split>().ToDictionary(split => split, split => all.SelectMany(family =>
            Splits.Questions(family, split, split == Split.Train ? train : others, seed).Select(question => Question(family, question.Item, question.Phrasing))).ToArray());
    }

    /// <inheritdoc cref="ITrainingTask.Name"/>
    public string Name { get; }

    /// <inheritdoc/>
    string IVerifier.Name => "careful-author";

    /// <inheritdoc/>
    public IVerifier Verifier => this;

    /// <summary>More than the careful author ever takes.</summary>
    public int MaxAnswerTokens => 24;

    /// <summary>The families of a category, except the unseen one.</summary>
    public static IEnumerable<TaskFamily> FamiliesOf(Category category) => TaskFamilies.All.Where(family => family.Category == category && !family.Unseen);

    /// <inheritdoc/>
    public IReadOnlyList<TaskQuestion> Questions(Split split) => _questions[split];

    /// <inheritdoc/>
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Verdict.Of(answer == question.Reference, answer));

    private static TaskQuestion Question(TaskFamily family, TaskItem item, int phrasing)
    {
        var prompt = item.Prompts[phrasing];
        var answer = Authors.InForm(family.Category, item.Answer);
        return new TaskQuestion($"{family.Name}: {prompt}", [new ChatMessage("user", prompt)], answer, answer);
    }
}
