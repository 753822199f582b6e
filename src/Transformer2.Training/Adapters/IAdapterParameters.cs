using TorchSharp;
using Transformer2.Modeling.Architectures;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>Trained parameters, and how the model uses them: the one thing that trainers know of what they train.</summary>
public interface IAdapterParameters : IDisposable
{
    /// <summary>Float32 leaves that require gradients, by name.</summary>
    IReadOnlyList<KeyValuePair<string, Tensor>> Parameters { get; }

    /// <summary>Where weight decay pulls parameters to: where they change nothing.</summary>
    double Origin { get; }

    /// <summary>What the model computes with, as a differentiable function of the parameters.</summary>
    /// <param name="noise">For a step of training: which one, and what for; null in use.</param>
    AdapterTensors Tensors(AdapterNoise? noise = null);

    /// <summary>The same as plain numbers.</summary>
    /// <param name="parameters">Values for <see cref="Parameters"/>, in their order; null takes them as they are.</param>
    AdapterWeights Weights(IReadOnlyList<Tensor>? parameters = null);

    /// <summary>Of the same kind and extent, what changes nothing.</summary>
    AdapterWeights Base();
}

/// <summary>Names the random numbers of a step, so that they are the same whoever else is in the batch.</summary>
/// <param name="Seed">The training's.</param>
/// <param name="Step">The step, from 1.</param>
/// <param name="Rows">Rows that the adapter has in the batch.</param>
/// <param name="Length">Tokens of a row.</param>
public readonly record struct AdapterNoise(ulong Seed, int Step, int Rows, int Length);

/// <summary>Makes what is trained.</summary>
public static class AdapterParameters
{
    /// <summary>The parameters before the first step.</summary>
    /// <param name="model">The base model; for multipliers it needs its decomposition.</param>
    /// <param name="options">What.</param>
    /// <param name="seed">Names the random numbers of the start.</param>
    /// <exception cref="ArgumentException">The options cannot be used, or not with this model.</exception>
    public static IAdapterParameters Create(Decoder model, AdapterOptions options, ulong seed)
    {
        options.Check();
        return options.Kind == AdapterOptions.Lora ? new Lora.LoraParameters(model, options, seed) : new SvfParameters(model, options, seed);
    }
}
