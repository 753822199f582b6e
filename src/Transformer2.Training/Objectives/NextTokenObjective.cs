using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Rollouts;

namespace Transformer2.Training.Objectives;

/// <summary>Mean cross-entropy of the demonstrations' tokens, that of the end of an answer included.</summary>
internal sealed class NextTokenObjective : ITrainingObjective
{
    public string Name => TrainingObjectives.NextToken;

    public IReadOnlyList<RolloutRequest> Requests(TaskData task, AdapterWeights adapter, int step) => [];

    public Task<StepExamples> Examples(TaskData task, int step, IReadOnlyList<Rollout> answers, CancellationToken cancellationToken)
    {
        var random = SeededRandom.For(task.Options.Seed, (ulong)step);
        var examples = new List<EncodedExample>();
        for (var tokens = 0; tokens < task.Options.Rows * task.Options.RowLength; tokens += examples[^1].Ids.Length)
        {
            var question = random.Pick(task.Train);
            examples.Add(new EncodedExample([.. question.Prompt, .. question.Demonstration!], question.Prompt.Length));
        }

        var weight = 1.0 / examples.Sum(example => example.Ids.Length - example.AnswerStart);
        return Task.FromResult(new StepExamples(
            [.. examples.Select(example => new WeightedExample(example, weight))], task.Options.KlCoefficient / examples.Count, examples.Count));
    }
}
