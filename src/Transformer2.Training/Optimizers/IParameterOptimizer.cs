using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Training.Optimizers;

/// <summary>Updates a fixed set of named parameters from their gradients. Its whole state is named tensors, so that a run resumes exactly.</summary>
public interface IParameterOptimizer : IDisposable
{
    /// <summary>State tensors by name; writing to them restores a checkpoint.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State { get; }

    /// <summary>Applies one update.</summary>
    /// <param name="learningRate">This step's learning rate.</param>
    /// <param name="step">Number of this step, from 1.</param>
    void Step(double learningRate, int step);
}
