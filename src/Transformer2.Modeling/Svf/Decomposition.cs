using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>
/// Gives projection matrices their singular value decompositions, of the checkpoint's own weights whatever the model computes in, matrix
/// by matrix: memory holds the matrices in work and nothing else, the results go to disk.
/// </summary>
public static class Decomposition
{
    /// <summary>Part of the fingerprint: what a multiplier's index means.</summary>
    private const string Algorithm = "thin-svd/descending/float64";

    /// <summary>What an expert for this model must look like.</summary>
    public static ExpertLayout LayoutOf(ModelFolder folder) => new(
        folder.Fingerprint,
        DecompositionFingerprint.Compute(folder.Fingerprint, Algorithm),
        ProjectionMatrix.Of(folder.Config).ToDictionary(matrix => matrix.Name, matrix => matrix.Rank));

    /// <summary>Where this model's decomposition is kept.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="cacheDirectory">Folder of all decompositions.</param>
    public static DecompositionCache CacheOf(ModelFolder folder, string cacheDirectory) =>
        new(cacheDirectory, LayoutOf(folder).Decomposition);

    /// <summary>Computes what the cache lacks. May be stopped, or killed, at any time: the next run goes on where this one was.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="cache">Receives the factors.</param>
    /// <param name="matrices">What is needed.</param>
    /// <param name="parallelism">Matrices at once, each with about seven times its own size in float64; null chooses by cores, at most 4.</param>
    /// <param name="progress">Receives every matrix that is computed, on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the matrices in work.</param>
    /// <returns>How many were computed.</returns>
    public static int Prepare(
        ModelFolder folder,
        DecompositionCache cache,
        IReadOnlyList<ProjectionMatrix> matrices,
        int? parallelism = null,
        IProgress<DecompositionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (matrices.All(cache.Has)) return 0;
        using var only = cache.Lock(cancellationToken);
        ProjectionMatrix[] lacking = [.. matrices.Where(matrix => !cache.Has(matrix))];
        Compute(folder, lacking, parallelism, Keep, matrices.Count - lacking.Length, progress, cancellationToken);
        return lacking.Length;

        void Keep(ProjectionMatrix matrix, SvdFactors factors)
        {
            using (factors) cache.Write(matrix, factors);
        }
    }

    /// <summary>Gives every projection of a model its factors, in the model's number type and place.</summary>
    /// <param name="model">Receives the factors.</param>
    /// <param name="folder">The model's checkpoint.</param>
    /// <param name="cacheDirectory">Where decompositions are kept; null keeps none.</param>
    /// <param name="progress">Receives every matrix that is computed, and every one that is read.</param>
    /// <param name="cancellationToken">Stops between two matrices.</param>
    public static void Attach(
        Decoder model, ModelFolder folder, string? cacheDirectory, IProgress<DecompositionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var matrices = ProjectionMatrix.Of(folder.Config);
        var projections = model.Projections.ToDictionary(projection => projection.Name);
        if (cacheDirectory is null)
        {
            Compute(
                folder, matrices, parallelism: null, (matrix, factors) => projections[matrix.Name].Factors = factors.To(model.DType, model.Device), 0, progress, cancellationToken);
            return;
        }

        var cache = CacheOf(folder, cacheDirectory);
        Prepare(folder, cache, matrices, parallelism: null, progress, cancellationToken);
        foreach (var (index, matrix) in matrices.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            projections[matrix.Name].Factors = cache.TryRead(matrix, model.DType, model.Device)
                ?? throw new CheckpointException($"{cache.Directory}: the decomposition of {matrix.Name} was made and is gone.");
            progress?.Report(new DecompositionProgress(index + 1, matrices.Count, matrix.Name, FromCache: true));
        }
    }

    /// <summary>Decomposes the matrices of a model that is in memory only, such as one in training.</summary>
    public static void Attach(Decoder model)
    {
        foreach (var projection in model.Projections)
        {
            projection.Factors?.Dispose();
            projection.Factors = SvdFactors.Compute(projection.Weight).To(model.DType, model.Device);
        }
    }

    private static void Compute(
        ModelFolder folder,
        IReadOnlyList<ProjectionMatrix> matrices,
        int? parallelism,
        Action<ProjectionMatrix, SvdFactors> keep,
        int before,
        IProgress<DecompositionProgress>? progress,
        CancellationToken cancellationToken)
    {
        var done = before;
        MatrixWorkers.Run(
            matrices,
            parallelism ?? MatrixWorkers.DefaultDegree,
            matrix =>
            {
                using var scope = NewDisposeScope();
                keep(matrix, SvdFactors.Compute(folder.ReadWeight(matrix.Name, ScalarType.Float64)));
            },
            matrix => progress?.Report(new DecompositionProgress(++done, before + matrices.Count, matrix.Name, FromCache: false)),
            cancellationToken);
    }
}

/// <summary>One matrix done.</summary>
/// <param name="Done">Matrices done.</param>
/// <param name="Total">Matrices in all.</param>
/// <param name="Matrix">The matrix.</param>
/// <param name="FromCache">Read, not computed.</param>
public sealed record DecompositionProgress(int Done, int Total, string Matrix, bool FromCache);
