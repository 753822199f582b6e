using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Adapters;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Experts;
using Transformer2.Training.Reports;
using Transformer2.Training.Rollouts;
using Transformer2.Training.Tasks;

namespace Transformer2.Training.Objectives;

/// <summary>One expert to train.</summary>
/// <param name="Task">What for.</param>
/// <param name="Encoder">Makes tokens of it.</param>
/// <param name="Options">How.</param>
public sealed record ExpertTrainingJob(ITrainingTask Task, ITaskEncoder Encoder, TaskTrainingOptions Options)
{
    /// <summary>A task whose validation questions show damage: what is lost there counts a quarter in the choice of the state that is kept. Its other questions are not used.</summary>
    public ITrainingTask? Guard { get; init; }

    /// <summary>The base model's fingerprint, by which a checkpoint knows whose it is.</summary>
    public string? BaseModel { get; init; }

    /// <summary>
    /// Where the course is kept: written at every look at the validation split and when the run ends early, read if it is there, deleted by
    /// nobody. Null keeps none.
    /// </summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Receives every step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Is told what its checkpoint holds.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>Answers that are judged at once.</summary>
    public int VerifierParallelism { get; init; } = 8;
}

/// <summary>
/// Trains one expert or many on tasks, by demonstrations or by rewards. All share the passes over the base model: a batch's rows carry their
/// own adapter, so each gets the gradient that it would get alone, but for rounding, and a step costs what its tokens cost, however many
/// experts they belong to. Needs a thread of its own, the model's: it computes on it, and waits on it for verifiers and rollouts.
/// </summary>
public sealed class MultiExpertTraining : IAdapterObjective<ValidationLook>
{
    private readonly Decoder _model;
    private readonly IReadOnlyList<ExpertTrainingJob> _jobs;
    private readonly IRollouts _rollouts;
    private readonly ExampleLoss _loss;
    private readonly TaskData[] _tasks;
    private readonly TaskData?[] _guards;

    /// <summary>Prepares the trainings: encodes all questions.</summary>
    /// <param name="model">The base model, which is not changed; multipliers need its decomposition.</param>
    /// <param name="jobs">The experts.</param>
    /// <param name="rollouts">Answers prompts; null for <see cref="TorchRollouts"/>.</param>
    /// <exception cref="ArgumentException">There is no job, or one cannot be done with this model.</exception>
    public MultiExpertTraining(Decoder model, IReadOnlyList<ExpertTrainingJob> jobs, IRollouts? rollouts = null)
    {
        if (jobs.Count == 0) throw new ArgumentException("There is nothing to train.", nameof(jobs));
        foreach (var job in jobs) job.Options.Check(model.Config);
        _model = model;
        _jobs = jobs;
        _rollouts = rollouts ?? new TorchRollouts(model);
        _loss = new ExampleLoss(model);
        _tasks = [.. jobs.Select(job => new TaskData(job.Task, job.Encoder, job.Options, model.Config, job.VerifierParallelism))];
        _guards = [.. jobs.Select(job => job.Guard is { } guard
            ? new TaskData(guard, job.Encoder, job.Options with { Objective = TrainingObjectives.Reinforce }, model.Config, job.VerifierParallelism)
            : null)];
    }

    /// <summary>Trains all experts to the end, and returns of each the state that did best on its validation questions.</summary>
    /// <param name="cancellationToken">Stops between two steps or within one or a look.</param>
    /// <returns>In the order of the jobs.</returns>
    /// <exception cref="CheckpointException">A checkpoint is damaged or of another training.</exception>
    /// <exception cref="VerificationException">An answer could not be judged; the checkpoints hold the course.</exception>
    /// <exception cref="TrainingDivergedException">Nothing can be learned any more; the checkpoints hold the course.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; run again with the same checkpoints to go on, in the same company if it is to be equal bit by bit.</exception>
    public IReadOnlyList<TrainedExpert<ValidationLook>> Run(CancellationToken cancellationToken = default)
    {
        using var training = Start();
        return training.Run(cancellationToken);
    }

    IReadOnlyList<StepLoss> IAdapterObjective<ValidationLook>.Losses(IReadOnlyList<TrainingTurn> turns, CancellationToken cancellationToken)
    {
        RolloutRequest[][] requests = [.. turns.Select(turn => Objective(turn).Requests(_tasks[turn.Training], turn.Adapter.Weights(), turn.Step).ToArray())];
        var answers = new Queue<Rollout>(Generate([.. requests.SelectMany(own => own)], cancellationToken));
        var parts = turns.Zip(requests, (turn, own) =>
        {
            Rollout[] given = [.. own.Select(_ => answers.Dequeue())];
            var examples = Objective(turn).Examples(_tasks[turn.Training], turn.Step, given, cancellationToken).GetAwaiter().GetResult();
            var options = _jobs[turn.Training].Options;
            return new ExampleLoss.Part(examples, turn.Adapter, options.Seed, turn.Step, options.RowLength);
        }).ToArray();
        return _loss.Compute(parts);
    }

    ValidationLook IAdapterObjective<ValidationLook>.Look(TrainingTurn turn, CancellationToken cancellationToken)
    {
        var (task, guard) = (_tasks[turn.Training], _guards[turn.Training]);
        try
        {
            var adapter = turn.Step == 0 ? null : turn.Adapter.Weights();
            var answers = Generate([.. task.ValidationRequests(adapter), .. guard?.ValidationRequests(adapter) ?? []], cancellationToken);
            return new ValidationLook(
                turn.Step,
                Right(task, [.. answers.Take(task.Validation.Count)], cancellationToken),
                guard is null ? default : Right(guard, [.. answers.Skip(task.Validation.Count)], cancellationToken));
        }
        catch (TrainingDivergedException)
        {
            // Worse than everything before.
            return new ValidationLook(turn.Step, new(0, task.Validation.Count), new(0, guard?.Validation.Count ?? 0));
        }
    }

    /// <summary>The trainings before their first step.</summary>
    internal AdapterTraining<Settings, ValidationLook> Start() => new(
        [.. _jobs.Select((job, i) => new TrainingCourse<Settings, ValidationLook>(
            () => AdapterParameters.Create(_model, job.Options.Adapter, job.Options.Seed),
            job.Options,
            new Settings(job.BaseModel, Digest(i), job.Options),
            job.CheckpointPath,
            job.Progress)
        {
            Restored = job.Observer is { } told ? told.Restored : null,
            Looked = job.Observer is { } seen ? seen.Looked : null,
        })],
        this);

    private ITrainingObjective Objective(TrainingTurn turn) => TrainingObjectives.Find(_jobs[turn.Training].Options.Objective);

    private IReadOnlyList<Rollout> Generate(RolloutRequest[] requests, CancellationToken cancellationToken) =>
        requests.Length == 0 ? [] : _rollouts.Generate(requests, cancellationToken).AsTask().GetAwaiter().GetResult();

    private static Proportion Right(TaskData task, IReadOnlyList<Rollout> answers, CancellationToken cancellationToken)
    {
        var verdicts = task.Judge([.. task.Validation.Zip(answers, (question, answer) => (question.Question, answer))], cancellationToken).GetAwaiter().GetResult();
        return new Proportion(verdicts.Count(verdict => verdict.IsRight), verdicts.Length);
    }

    private string Digest(int training)
    {
        using var digest = new Fingerprint("t2.task-training.v1");
        _tasks[training].AddTo(digest);
        _guards[training]?.AddTo(digest);
        return digest.Finish();
    }

    /// <summary>What must be the same when a training goes on.</summary>
    internal sealed record Settings(string? BaseModel, string Questions, TaskTrainingOptions Options);
}
