using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>How much of a matrix its largest singular values are (the paper's appendix C).</summary>
/// <param name="Matrix">The matrix.</param>
/// <param name="Sigma">Its singular values, descending.</param>
public sealed record Spectrum(ProjectionMatrix Matrix, IReadOnlyList<float> Sigma)
{
    private readonly double[] _energy = Shares(Sigma, value => (double)value * value);
    private readonly double[] _nuclear = Shares(Sigma, value => value);

    /// <summary>Share of the sum of sigma^2 (the squared Frobenius norm) in the first components.</summary>
    /// <param name="rank">How many, at least one.</param>
    public double Energy(int rank) => _energy[rank - 1];

    /// <summary>Share of the sum of sigma (the nuclear norm) in the first components.</summary>
    /// <param name="rank">How many, at least one.</param>
    public double Nuclear(int rank) => _nuclear[rank - 1];

    /// <summary>The ranks of the report: powers of two below a quarter.</summary>
    public static IReadOnlyList<int> Powers(int rank) =>
        [.. Enumerable.Range(0, 31).Select(exponent => 1 << exponent).TakeWhile(power => power < Portions(rank)[0])];

    /// <summary>The ranks of the report: 25, 50 and 100 % of all components.</summary>
    public static IReadOnlyList<int> Portions(int rank) => [Math.Max(1, rank / 4), Math.Max(1, rank / 2), rank];

    /// <summary>Singular values of several matrices: from the cache where they are there, else computed (values only, which is quicker) and not kept.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="matrices">Which.</param>
    /// <param name="cacheDirectory">Where decompositions are kept, or null.</param>
    /// <param name="progress">Receives every matrix, on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the matrices in work.</param>
    /// <returns>In the order of <paramref name="matrices"/>.</returns>
    public static IReadOnlyList<Spectrum> Of(
        ModelFolder folder,
        IReadOnlyList<ProjectionMatrix> matrices,
        string? cacheDirectory,
        IProgress<DecompositionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var cache = cacheDirectory is null ? null : Decomposition.CacheOf(folder, cacheDirectory);
        var found = matrices.ToDictionary(matrix => matrix, matrix => cache?.TryReadSigma(matrix));
        ProjectionMatrix[] lacking = [.. matrices.Where(matrix => found[matrix] is null)];
        var done = matrices.Count - lacking.Length;
        MatrixWorkers.Run(
            lacking,
            MatrixWorkers.DefaultDegree,
            matrix =>
            {
                var values = Compute(folder, matrix);
                lock (found) found[matrix] = values;
            },
            matrix => progress?.Report(new DecompositionProgress(++done, matrices.Count, matrix.Name, FromCache: false)),
            cancellationToken);
        return [.. matrices.Select(matrix => new Spectrum(matrix, found[matrix]!))];
    }

    private static float[] Compute(ModelFolder folder, ProjectionMatrix matrix)
    {
        using var scope = NewDisposeScope();
        return linalg.svdvals(folder.ReadWeight(matrix.Name, ScalarType.Float64)).to_type(ScalarType.Float32).data<float>().ToArray();
    }

    // A matrix of zeros has all of its nothing in the first component.
    private static double[] Shares(IReadOnlyList<float> sigma, Func<float, double> of)
    {
        var total = sigma.Sum(of);
        var running = 0.0;
        return [.. sigma.Select(value => total > 0 ? Math.Min(1, (running += of(value)) / total) : 1)];
    }
}
