using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Rollouts;

namespace Transformer2.Training.Objectives;

/// <summary>
/// REINFORCE (Williams, 1992) as in arXiv 2501.06252: the mean over answers of -advantage * log p(answer), a sum over the tokens that the
/// model itself drew, the one that ended the answer included. Text is only made for the verifier and never encoded again.
/// </summary>
internal sealed class ReinforceObjective : ITrainingObjective
{
    public string Name => TrainingObjectives.Reinforce;

    public IReadOnlyList<RolloutRequest> Requests(TaskData task, AdapterWeights adapter, int step)
    {
        var options = task.Options;
        var seed = SeededRandom.For(options.Seed, (ulong)step).NextUInt64();
        return [.. Questions(task, step)
            .SelectMany(question => Enumerable.Repeat(question, options.Samples))
            .Select((question, row) => new RolloutRequest(
                question.Prompt, adapter, options.Temperature, SeededRandom.For(seed, (ulong)row).NextUInt64(), task.MaxAnswerTokens, task.Encoder.EndIds))];
    }

    public async Task<StepExamples> Examples(TaskData task, int step, IReadOnlyList<Rollout> answers, CancellationToken cancellationToken)
    {
        var options = task.Options;
        TaskData.Prompted[] questions = [.. Questions(task, step).SelectMany(question => Enumerable.Repeat(question, options.Samples))];
        var verdicts = await task.Judge([.. questions.Zip(answers, (question, answer) => (question.Question, answer))], cancellationToken);
        var baseline = RewardBaselines.Find(options.Baseline);
        var advantages = verdicts.Select(verdict => verdict.Reward).Chunk(options.Samples).SelectMany(baseline.Advantages).ToArray();
        var examples = questions.Select((question, i) => new WeightedExample(
            new EncodedExample([.. question.Prompt, .. answers[i].Ids], question.Prompt.Length), advantages[i] / questions.Length)).ToArray();
        // An answer that is no better than the others has no gradient, except that of the divergence.
        var telling = options.KlCoefficient > 0 ? examples : [.. examples.Where(example => example.Weight != 0)];
        return new StepExamples(
            telling.Length > 0 ? telling : examples[..1], options.KlCoefficient / questions.Length, questions.Length, verdicts.Average(verdict => verdict.Reward));
    }

    // Different ones, while there are as many.
    private static TaskData.Prompted[] Questions(TaskData task, int step)
    {
        var random = SeededRandom.For(task.Options.Seed, (ulong)step);
        return task.Train.Count >= task.Options.Prompts
            ? random.Sample(task.Train, task.Options.Prompts)
            : [.. Enumerable.Range(0, task.Options.Prompts).Select(_ => random.Pick(task.Train))];
    }
}
