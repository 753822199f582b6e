using System.Diagnostics;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Experts;
using Transformer2.Training.Optimizers;
using Transformer2.Training.Reports;
using Transformer2.Training.Tasks;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>One of the trainings that an <see cref="AdapterTraining{TSettings, TLook}"/> runs.</summary>
/// <param name="Parameters">Makes what is trained.</param>
/// <param name="Options">How.</param>
/// <param name="Settings">What must be the same when a training goes on.</param>
/// <param name="CheckpointPath">Written at every look and when the run ends early, read if it is there, deleted by nobody. Null keeps none.</param>
/// <param name="Progress">Receives every step.</param>
internal sealed record TrainingCourse<TSettings, TLook>(
    Func<IAdapterParameters> Parameters, AdapterTrainingOptions Options, TSettings Settings, string? CheckpointPath = null, IProgress<TrainingProgress>? Progress = null)
{
    /// <summary>Receives what a checkpoint held.</summary>
    public Action<IReadOnlyList<TrainingProgress>, IReadOnlyList<TLook>>? Restored { get; init; }

    /// <summary>Receives every look, once the checkpoint holds it.</summary>
    public Action<TLook>? Looked { get; init; }
}

/// <summary>Trains a single adapter.</summary>
internal static class AdapterTraining
{
    /// <inheritdoc cref="AdapterTraining{TSettings, TLook}.Run"/>
    /// <param name="model">The base model; is not changed.</param>
    /// <param name="options">How.</param>
    /// <param name="settings">What must be the same when a training goes on.</param>
    /// <param name="objective">What for.</param>
    /// <param name="checkpointPath">Written at every look and when the run ends early, read if it is there, deleted by nobody. Null keeps none.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellationToken">Stops between two steps or within one or a look.</param>
    public static TrainedExpert<TLook> Run<TSettings, TLook>(
        Decoder model,
        AdapterTrainingOptions options,
        TSettings settings,
        IAdapterObjective<TLook> objective,
        string? checkpointPath,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
        where TSettings : IEquatable<TSettings>
        where TLook : ITrainingLook<TLook>
    {
        using var training = new AdapterTraining<TSettings, TLook>(
            [new(() => AdapterParameters.Create(model, options.Adapter, options.Seed), options, settings, checkpointPath, progress)], objective);
        return training.Run(cancellationToken)[0];
    }
}

/// <summary>
/// Trains adapters, all at once where there are several: they share each forward and backward pass over the base model, and nothing else.
/// Of each the state that did best on its validation split is kept, the base model included.
/// </summary>
/// <remarks>
/// A step whose loss or gradient is not finite changes nothing, and counts as a step with a loss that is no number.
/// </remarks>
/// <param name="courses">The trainings.</param>
/// <param name="objective">What for.</param>
internal sealed class AdapterTraining<TSettings, TLook>(IReadOnlyList<TrainingCourse<TSettings, TLook>> courses, IAdapterObjective<TLook> objective) : IDisposable
    where TSettings : IEquatable<TSettings>
    where TLook : ITrainingLook<TLook>
{
    private readonly Course[] _courses = [.. courses.Select((course, i) => new Course(i, course))];

    /// <summary>What is trained, by training.</summary>
    internal IReadOnlyList<IAdapterParameters> Adapters => [.. _courses.Select(course => course.State.Adapter)];

    /// <summary>Trains to the last step, from the checkpoints where there are some.</summary>
    /// <param name="cancellationToken">Stops between two steps or within one or a look; call again with the same checkpoints to go on.</param>
    /// <returns>What each training made.</returns>
    /// <exception cref="CheckpointException">A checkpoint is damaged or of another training.</exception>
    /// <exception cref="VerificationException">Answers could not be judged; the checkpoints hold the course.</exception>
    /// <exception cref="TrainingDivergedException">Nothing can be learned any more; the checkpoints hold the course.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoints hold the course.</exception>
    public IReadOnlyList<TrainedExpert<TLook>> Run(CancellationToken cancellationToken)
    {
        foreach (var course in _courses) course.Restore();
        try
        {
            while (true)
            {
                foreach (var course in _courses) course.LookIfDue(objective, cancellationToken);
                Course[] running = [.. _courses.Where(course => !course.IsDone)];
                if (running.Length == 0) return [.. _courses.Select(course => course.State.Result())];
                cancellationToken.ThrowIfCancellationRequested();
                Step(running, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or VerificationException or TrainingDivergedException)
        {
            // Steps are never cut in two: the state is that of the last complete one.
            foreach (var course in _courses) course.Save();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var course in _courses) course.State.Dispose();
    }

    private void Step(Course[] running, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var losses = objective.Losses([.. running.Select(course => course.Turn(course.State.Step + 1))], cancellationToken);
        (losses.Count == 1 ? losses[0].Loss : stack(losses.Select(loss => loss.Loss)).sum()).backward();
        foreach (var (course, loss) in running.Zip(losses)) course.Apply(loss);
    }

    private sealed class Course(int index, TrainingCourse<TSettings, TLook> course)
    {
        private readonly AdapterTrainingOptions _options = course.Options;
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private int _resumedAt;

        public AdapterTrainingState<TSettings, TLook> State { get; } = new(course.Parameters(), course.Options, course.Settings);

        public bool IsDone => State.Step == _options.Steps || (_options.Patience is { } patience && State.LooksSinceBest >= patience);

        public TrainingTurn Turn(int step) => new(index, State.Adapter, step);

        public void Restore()
        {
            if (course.CheckpointPath is not null) State.TryRestore(course.CheckpointPath);
            _resumedAt = State.Step;
            if (State.Step > 0 || State.IsLookedAt) course.Restored?.Invoke(State.Course(_options), State.Looks);
            _clock.Restart();
        }

        public void Save()
        {
            if (course.CheckpointPath is not null) State.Save(course.CheckpointPath);
        }

        public void LookIfDue(IAdapterObjective<TLook> objective, CancellationToken cancellationToken)
        {
            var isDue = State.Step % _options.ValidationInterval == 0 || State.Step == _options.Steps;
            if (!isDue || State.IsLookedAt) return;
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var look = objective.Look(Turn(State.Step), cancellationToken);
            State.Add(look);
            Save();
            course.Looked?.Invoke(look);
        }

        public void Apply(StepLoss computed)
        {
            var step = State.Step + 1;
            Tensor[] parameters = [.. State.Adapter.Parameters.Select(entry => entry.Value)];
            var loss = computed.Loss.ToDouble();
            var norm = Gradients.ClipNorm(parameters, _options.ClipNorm ?? double.PositiveInfinity);
            if (double.IsFinite(loss) && double.IsFinite(norm)) State.Optimizer.Step(_options.LearningRateAt(step), step);
            else loss = double.NaN;
            Gradients.Clear(parameters);
            var drift = State.Drift();
            State.Add(loss, computed.Reward, computed.Divergence, drift);
            var left = _clock.Elapsed / (step - _resumedAt) * (_options.Steps - step);
            course.Progress?.Report(new TrainingProgress(
                step, _options.Steps, loss, _options.LearningRateAt(step), computed.Tokens, left, computed.Reward, computed.Divergence, drift));
        }
    }
}
