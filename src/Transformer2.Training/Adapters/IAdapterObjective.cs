using TorchSharp;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>A step's loss.</summary>
/// <param name="Loss">A scalar whose gradient the step follows.</param>
/// <param name="Tokens">Tokens that it took.</param>
/// <param name="Reward">The step's mean reward, where there is one.</param>
/// <param name="Divergence">The step's mean KL divergence from the base model in nats per answer, where it was computed.</param>
internal readonly record struct StepLoss(Tensor Loss, int Tokens, double? Reward = null, double? Divergence = null);

/// <summary>One of the trainings that take a step together.</summary>
/// <param name="Training">Its number in the list of trainings.</param>
/// <param name="Adapter">What it trains.</param>
/// <param name="Step">Its step, from 1.</param>
internal readonly record struct TrainingTurn(int Training, IAdapterParameters Adapter, int Step)
{
    /// <summary>The adapter for all rows of a batch.</summary>
    public RowExperts? Experts() => AdapterTensors.Rows([(Adapter.Tensors(), 1)]);
}

/// <summary>What adapters are trained for. A training's loss depends on its own adapter and its own step only, whoever else takes part.</summary>
internal interface IAdapterObjective<out TLook>
{
    /// <summary>The losses of a step.</summary>
    /// <param name="turns">The trainings that take it, in order.</param>
    /// <param name="cancellationToken">Stops it; nothing has changed then.</param>
    /// <returns>A loss for each.</returns>
    IReadOnlyList<StepLoss> Losses(IReadOnlyList<TrainingTurn> turns, CancellationToken cancellationToken);

    /// <summary>Measures the validation split.</summary>
    /// <param name="turn">Which training; the step is the number of steps done, 0 being the base model.</param>
    /// <param name="cancellationToken">Stops it.</param>
    TLook Look(TrainingTurn turn, CancellationToken cancellationToken);
}
