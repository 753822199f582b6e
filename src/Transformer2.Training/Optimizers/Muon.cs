using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.Optimizers;

/// <summary>
/// Momentum orthogonalised by Newton-Schulz iterations, for weight matrices (Jordan et al., 2024, github.com/KellerJordan/Muon; the update
/// scale 0.2 sqrt(max(rows, columns)) of arXiv 2502.16982 makes AdamW's learning rates fit). Matrices of one shape are orthogonalised together.
/// </summary>
public sealed class Muon : IParameterOptimizer
{
    private const double Momentum = 0.95;
    private const int Iterations = 5;

    private readonly double _weightDecay;
    private readonly (string Name, Tensor Parameter, Tensor Velocity)[][] _groups;

    /// <param name="matrices">Two-dimensional parameters.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    public Muon(IReadOnlyList<KeyValuePair<string, Tensor>> matrices, double weightDecay = 0)
    {
        _weightDecay = weightDecay;
        _groups = [.. matrices
            .GroupBy(entry => (entry.Value.shape[0], entry.Value.shape[1]))
            .Select(group => group.Select(entry => (entry.Key, entry.Value, zeros_like(entry.Value).DetachFromDisposeScope())).ToArray())];
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        _groups.SelectMany(group => group.Select(entry => new KeyValuePair<string, Tensor>($"muon.{entry.Name}", entry.Velocity)));

    /// <inheritdoc/>
    public void Step(double learningRate, int step)
    {
        using var guard = no_grad();
        foreach (var group in _groups)
        {
            using var scope = NewDisposeScope();
            var updates = Orthogonalize(stack(group.Select(Nesterov)));
            var scale = 0.2 * Math.Sqrt(Math.Max(updates.shape[1], updates.shape[2]));
            for (var i = 0; i < group.Length; i++)
            {
                if (_weightDecay > 0) group[i].Parameter.mul_(Scalars.Of(1 - (learningRate * _weightDecay)));
                group[i].Parameter.add_(updates[i], alpha: Scalars.Of(-learningRate * scale));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _groups.SelectMany(group => group)) entry.Velocity.Dispose();
    }

    private static Tensor Nesterov((string Name, Tensor Parameter, Tensor Velocity) entry)
    {
        var gradient = entry.Parameter.grad ?? throw new InvalidOperationException($"{entry.Name} has no gradient.");
        entry.Velocity.mul_(Scalars.Of(Momentum)).add_(gradient, alpha: Scalars.One);
        return gradient.add(entry.Velocity, alpha: Scalars.Of(Momentum));
    }

    // [count, rows, columns] -> its nearest semi-orthogonal matrices, approximately: a quintic iteration that drives singular values towards 1.
    private static Tensor Orthogonalize(Tensor x)
    {
        var tall = x.shape[1] > x.shape[2];
        if (tall) x = x.transpose(1, 2);
        x = x / ((x * x).sum([1, 2], keepdim: true).sqrt().Plus(Scalars.Of(1e-7)));
        for (var i = 0; i < Iterations; i++)
        {
            var gram = x.bmm(x.transpose(1, 2));
            x = (x * Scalars.Of(3.4445)).Plus((gram * Scalars.Of(-4.7750)).Plus(gram.bmm(gram) * Scalars.Of(2.0315)).bmm(x));
        }

        return tall ? x.transpose(1, 2) : x;
    }
}
