using System.Runtime.InteropServices;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Rollouts;
using Transformer2.Training.Tasks;

namespace Transformer2.Training.Objectives;

/// <summary>A task as a training sees it: encoded questions of the training and the validation split, and a judge. Test questions are not touched.</summary>
internal sealed class TaskData
{
    private readonly IVerifier _verifier;
    private readonly int _parallelism;

    /// <param name="task">The task.</param>
    /// <param name="encoder">Makes tokens of it.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="parallelism">Answers that are judged at once.</param>
    /// <exception cref="ArgumentException">A split has no question, one has no demonstration where one is needed, or does not fit the model.</exception>
    public TaskData(ITrainingTask task, ITaskEncoder encoder, TaskTrainingOptions options, ModelConfig config, int parallelism)
    {
        _verifier = task.Verifier;
        _parallelism = parallelism;
        Name = task.Name;
        Encoder = encoder;
        Options = options;
        MaxAnswerTokens = task.MaxAnswerTokens;
        Train = Encode(task.Questions(Split.Train), config, options.Objective == TrainingObjectives.NextToken);
        var validation = task.Questions(Split.Validation);
        Validation = Encode(SeededRandom.For(options.Seed, ulong.MaxValue).Sample(validation, Math.Min(options.ValidationQuestions, validation.Count)), config, demonstrations: false);
        if (Train.Count == 0 || Validation.Count == 0) throw new ArgumentException($"The task {task.Name} has no questions to learn from, or none to choose by.");
    }

    public string Name { get; }

    public ITaskEncoder Encoder { get; }

    public TaskTrainingOptions Options { get; }

    public int MaxAnswerTokens { get; }

    public IReadOnlyList<Prompted> Train { get; }

    public IReadOnlyList<Prompted> Validation { get; }

    /// <summary>Greedy answers to the validation questions.</summary>
    public IEnumerable<RolloutRequest> ValidationRequests(Adapters.AdapterWeights? adapter) =>
        Validation.Select(question => new RolloutRequest(question.Prompt, adapter, Temperature: 0, Seed: 0, MaxAnswerTokens, Encoder.EndIds));

    /// <summary>Judges answers, several at once.</summary>
    /// <returns>In the order of the answers.</returns>
    /// <exception cref="VerificationException">One could not be judged.</exception>
    public async Task<Verdict[]> Judge(IReadOnlyList<(TaskQuestion Question, Rollout Answer)> answers, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[answers.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, answers.Count),
            new ParallelOptions { MaxDegreeOfParallelism = _parallelism, CancellationToken = cancellationToken },
            async (i, cancelled) => verdicts[i] = await Judge(answers[i].Question, answers[i].Answer, cancelled));
        return verdicts;
    }

    /// <summary>Names the questions, and how they are encoded.</summary>
    public void AddTo(Fingerprint digest)
    {
        digest.Add(Name).Add(_verifier.Name).Add(MaxAnswerTokens);
        foreach (var part in (IReadOnlyList<Prompted>[])[Train, Validation])
        {
            digest.Add(part.Count);
            foreach (var question in part)
                digest.Add(question.Question.Reference).Add(MemoryMarshal.AsBytes<int>(question.Prompt)).Add(MemoryMarshal.AsBytes<int>(question.Demonstration ?? []));
        }
    }

    private async Task<Verdict> Judge(TaskQuestion question, Rollout answer, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await _verifier.Verify(question, Encoder.Text(answer.Ids), cancellationToken);
            return verdict.Reward is >= -1 and <= 1
                ? verdict
                : throw new VerificationException($"The verifier {_verifier.Name} gave the reward {verdict.Reward} for question {question.Id}; it must be from -1 to 1.");
        }
        catch (Exception e) when (e is not (VerificationException or OperationCanceledException))
        {
            throw new VerificationException($"The verifier {_verifier.Name} failed on question {question.Id}: {e.Message}", e);
        }
    }

    private List<Prompted> Encode(IReadOnlyList<TaskQuestion> questions, ModelConfig config, bool demonstrations)
    {
        var encoded = new List<Prompted>(questions.Count);
        foreach (var question in questions)
        {
            var prompted = new Prompted(question, Tokens(question, () => Encoder.Prompt(question)), question.Demonstration is { } text && demonstrations ? Tokens(question, () => Encoder.Answer(text)) : null);
            if (demonstrations && prompted.Demonstration is null) throw new ArgumentException($"Question {question.Id} of the task {Name} has no demonstration to learn from.");
            var length = prompted.Prompt.Length + Math.Max(MaxAnswerTokens, prompted.Demonstration?.Length ?? 0);
            if (prompted.Prompt.Length == 0 || length > config.ExtendedContextLength)
                throw new ArgumentException($"Question {question.Id} of the task {Name} takes {length} tokens with its answer; the model has room for {config.ExtendedContextLength}.");
            encoded.Add(prompted);
        }

        return encoded;
    }

    private int[] Tokens(TaskQuestion question, Func<IReadOnlyList<int>> encode)
    {
        try
        {
            return [.. encode()];
        }
        catch (Exception e) when (e is TokenizerException or ChatTemplateException)
        {
            throw new ArgumentException($"Question {question.Id} of the task {Name} cannot be expressed: {e.Message}", e);
        }
    }

    /// <summary>A question with its tokens.</summary>
    /// <param name="Question">The question.</param>
    /// <param name="Prompt">Up to where the model answers.</param>
    /// <param name="Demonstration">The demonstration with its end, where it is learned from.</param>
    public sealed record Prompted(TaskQuestion Question, int[] Prompt, int[]? Demonstration);
}
