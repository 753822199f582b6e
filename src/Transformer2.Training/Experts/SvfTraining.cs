using System.Diagnostics;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Optimizers;
using Transformer2.Training.Reports;
using static TorchSharp.torch;

namespace Transformer2.Training.Experts;

/// <summary>A step's loss.</summary>
/// <param name="Loss">A scalar whose gradient the step follows.</param>
/// <param name="Tokens">Tokens that it took.</param>
/// <param name="Reward">The step's mean reward, where there is one.</param>
internal readonly record struct StepLoss(Tensor Loss, int Tokens, double? Reward = null);

/// <summary>What multipliers are trained for. A step's loss depends on the multipliers and the step's number only.</summary>
internal interface ISvfObjective<out TLook>
{
    /// <summary>The loss of a step.</summary>
    /// <param name="experts">The multipliers, which require gradients.</param>
    /// <param name="step">From 1.</param>
    StepLoss Loss(RowExperts experts, int step);

    /// <summary>Measures the validation split.</summary>
    /// <param name="experts">The multipliers.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    TLook Look(RowExperts experts, int step, CancellationToken cancellationToken);
}

/// <summary>
/// Trains multipliers: one per singular value of the MLP matrices, from ones, without mask or renormalisation, so that the parameter is the
/// effective multiplier itself (arXiv 2501.06252, section 3.2). The state that did best on the validation split is kept.
/// </summary>
/// <param name="model">The base model; needs its decomposition and is not changed.</param>
/// <param name="options">How.</param>
/// <param name="settings">What must be the same when a training goes on.</param>
/// <param name="objective">What for.</param>
internal sealed class SvfTraining<TSettings, TLook>(Decoder model, SvfTrainingOptions options, TSettings settings, ISvfObjective<TLook> objective)
    where TSettings : IEquatable<TSettings>
    where TLook : ITrainingLook<TLook>
{
    /// <summary>Trains to the last step, from the checkpoint if there is one.</summary>
    /// <param name="checkpointPath">Written at every look and when cancelled, read if it is there, deleted by nobody. Null keeps none.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellationToken">Stops between two steps or within a look.</param>
    /// <exception cref="CheckpointException">The checkpoint is damaged or of another training.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; call again with the same checkpoint to go on.</exception>
    public TrainedExpert<TLook> Run(string? checkpointPath, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var state = new SvfTrainingState<TSettings, TLook>(model, settings);
        if (checkpointPath is not null) state.TryRestore(checkpointPath);
        try
        {
            Run(state, checkpointPath, progress, cancellationToken);
        }
        catch (OperationCanceledException) when (checkpointPath is not null)
        {
            // Steps are never cut in two: the state is that of the last complete one.
            state.Save(checkpointPath);
            throw;
        }

        return state.Result();
    }

    private void Run(SvfTrainingState<TSettings, TLook> state, string? checkpointPath, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var resumedAt = state.Step;
        while (true)
        {
            if (IsLook(state.Step) && !state.IsLookedAt)
            {
                state.Add(Look(state, cancellationToken));
                if (checkpointPath is not null) state.Save(checkpointPath);
            }

            if (state.Step == options.Steps) return;
            cancellationToken.ThrowIfCancellationRequested();
            var step = state.Step + 1;
            var (loss, tokens, reward) = Step(state, step);
            state.Add(loss, reward);
            var left = clock.Elapsed / (step - resumedAt) * (options.Steps - step);
            progress?.Report(new TrainingProgress(step, options.Steps, loss, options.LearningRateAt(step), tokens, left, reward));
        }
    }

    private bool IsLook(int step) => step % options.ValidationInterval == 0 || step == options.Steps;

    private (double Loss, int Tokens, double? Reward) Step(SvfTrainingState<TSettings, TLook> state, int step)
    {
        using var scope = NewDisposeScope();
        Tensor[] parameters = [.. state.Parameters.Select(entry => entry.Value)];
        var (loss, tokens, reward) = objective.Loss(RowExperts.ForAllRows(state.Parameters), step);
        loss.backward();
        if (options.ClipNorm is { } most) Gradients.ClipNorm(parameters, most);
        state.Optimizer.Step(options.LearningRateAt(step), step);
        Gradients.Clear(parameters);
        return (loss.ToDouble(), tokens, reward);
    }

    private TLook Look(SvfTrainingState<TSettings, TLook> state, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var experts = RowExperts.ForAllRows(state.Parameters.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.detach())));
        return objective.Look(experts, state.Step, cancellationToken);
    }
}
