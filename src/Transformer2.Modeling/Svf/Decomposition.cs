using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>Gives a model's projection matrices their singular value decompositions, computed once and kept on disk.</summary>
public static class Decomposition
{
    /// <summary>Part of the fingerprint: what a multiplier's index means.</summary>
    private const string Algorithm = "thin-svd/descending/float64";

    private const string FingerprintKey = "t2.decomposition";

    /// <summary>What an expert for this model must look like.</summary>
    public static ExpertLayout LayoutOf(ModelFolder folder, Decoder model) => new(
        folder.Fingerprint,
        DecompositionFingerprint.Compute(folder.Fingerprint, Algorithm),
        model.Projections.ToDictionary(projection => projection.Name, projection => (int)Math.Min(projection.Weight.shape[0], projection.Weight.shape[1])));

    /// <summary>Decomposes every projection matrix, or reads the factors from the cache.</summary>
    /// <param name="model">Receives the factors.</param>
    /// <param name="layout">The model's layout; names the cache file.</param>
    /// <param name="cacheDirectory">Where factors are kept, or null to keep none.</param>
    /// <param name="progress">Receives every matrix.</param>
    /// <param name="cancellationToken">Stops between two matrices.</param>
    public static void Attach(
        Decoder model, ExpertLayout layout, string? cacheDirectory, IProgress<DecompositionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var path = cacheDirectory is null ? null : Path.Combine(cacheDirectory, layout.Decomposition.Replace(':', '-') + ".safetensors");
        if (path is not null && TryRead(model, path, layout.Decomposition, progress)) return;

        var done = 0;
        foreach (var projection in model.Projections)
        {
            cancellationToken.ThrowIfCancellationRequested();
            projection.Factors?.Dispose(); // a cache that failed half-way
            projection.Factors = SvdFactors.Compute(projection.Weight).To(model.DType, model.Device);
            progress?.Report(new DecompositionProgress(++done, model.Projections.Count, projection.Name, FromCache: false));
        }

        if (path is null) return;
        System.IO.Directory.CreateDirectory(cacheDirectory!);
        SafetensorsWriter.Write(path, model.Projections.SelectMany(Entries), new Dictionary<string, string> { [FingerprintKey] = layout.Decomposition });
    }

    private static IEnumerable<TensorData> Entries(Layers.Linear projection)
    {
        var factors = projection.Factors!;
        yield return factors.U.ToTensorData(projection.Name + ".u");
        yield return factors.Sigma.ToTensorData(projection.Name + ".sigma");
        yield return factors.Vh.ToTensorData(projection.Name + ".vh");
    }

    // A cache that does not fit (an older layout, a torn disk) is made anew, never trusted.
    private static bool TryRead(Decoder model, string path, string fingerprint, IProgress<DecompositionProgress>? progress)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var file = SafetensorsFile.Open(path);
            if (file.Metadata.GetValueOrDefault(FingerprintKey) != fingerprint) return false;
            foreach (var projection in model.Projections)
            {
                long rows = projection.Weight.shape[0], columns = projection.Weight.shape[1], rank = Math.Min(rows, columns);
                if (!Fits(".u", rows, rank) || !Fits(".sigma", rank) || !Fits(".vh", rank, columns)) return false;
                bool Fits(string part, params long[] shape) =>
                    file.Tensors.TryGetValue(projection.Name + part, out var info) && info.DType == SafetensorsDType.F32 && info.Shape.SequenceEqual(shape);
            }

            var done = 0;
            foreach (var projection in model.Projections)
            {
                projection.Factors = new SvdFactors(Read(projection.Name + ".u"), Read(projection.Name + ".sigma"), Read(projection.Name + ".vh"));
                progress?.Report(new DecompositionProgress(++done, model.Projections.Count, projection.Name, FromCache: true));
            }

            return true;

            Tensor Read(string name)
            {
                using var scope = NewDisposeScope();
                return file.ReadTensor(name).to(model.DType, model.Device).DetachFromDisposeScope();
            }
        }
        catch (Exception e) when (e is SafetensorsException or CheckpointException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>One matrix done.</summary>
/// <param name="Done">Matrices done.</param>
/// <param name="Total">Matrices in all.</param>
/// <param name="Matrix">The matrix.</param>
/// <param name="FromCache">Read, not computed.</param>
public sealed record DecompositionProgress(int Done, int Total, string Matrix, bool FromCache);
