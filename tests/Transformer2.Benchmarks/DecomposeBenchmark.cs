using System.CommandLine;
using System.Globalization;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Benchmarks;

/// <summary><c>decompose</c>: time and peak memory of a decomposition to disk, by the number of layers and of matrices at once.</summary>
internal static class DecomposeBenchmark
{
    private const int Hidden = 768;
    private const int Inner = 2048;

    public static Command Command()
    {
        var runs = new Option<int>("--runs") { Description = "Processes per figure", DefaultValueFactory = _ => 3 };
        var json = Report.JsonOption();
        var command = new Command("decompose", "Decomposes a synthetic checkpoint in fresh processes: time, and peak memory as a multiple of the largest matrix.") { runs, json };
        command.SetAction(parsed => Run(parsed.GetValue(runs), new Report("decompose", Origin.Of(parsed), parsed.GetValue(json))));
        return command;
    }

    /// <summary>Decomposes once into a new cache: folder, matrices at once.</summary>
    public static Measurement Once(string[] arguments)
    {
        var cache = Directory.CreateTempSubdirectory("t2-benchmark-cache-");
        try
        {
            using var folder = ModelFolder.Open(arguments[0]);
            _ = folder.Fingerprint;
            // The libraries that a decomposition needs are loaded, and their buffers made, by the first one.
            using (SvdFactors.Compute(TorchSharp.torch.eye(8)))
            {
            }

            return Measurement.Of(() => Decomposition.Prepare(
                folder, Decomposition.CacheOf(folder, cache.FullName), ProjectionMatrix.Of(folder.Config), int.Parse(arguments[1], CultureInfo.InvariantCulture)));
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    private static void Run(int runs, Report report)
    {
        const long largest = (long)Hidden * Inner * sizeof(double);
        foreach (var layers in new[] { 1, 4 })
        {
            var config = Shape(layers);
            var matrices = ProjectionMatrix.Of(config);
            using var model = SyntheticModel.Write(config, SafetensorsDType.F32);
            foreach (var degree in new[] { 1, 2 })
            {
                var measured = ChildProcess.Measure(runs, nameof(DecomposeBenchmark), model.Folder, degree.ToString(CultureInfo.InvariantCulture));
                report.Add(
                    ("layers", layers), ("matrices", matrices.Count), ("at once", degree), ("median s", measured.Seconds), ("s / matrix", measured.Seconds / matrices.Count),
                    ("peak MiB", measured.PeakBytes >> 20), ("peak / (largest in float64 x at once)", (double)measured.PeakBytes / (largest * degree)),
                    ("factors MiB", matrices.Sum(matrix => ((matrix.Rows + matrix.Columns + 1) * matrix.Rank * sizeof(float))) >> 20));
            }
        }

        report.Note($"Largest matrix {Hidden} x {Inner}: {largest >> 20} MiB in float64; peak: VmHWM, mapped pages counted.");
        report.Finish();
    }

    private static ModelConfig Shape(int layers) => new()
    {
        VocabularySize = 256,
        HiddenSize = Hidden,
        IntermediateSize = Inner,
        Layers = layers,
        Heads = 12,
        KeyValueHeads = 4,
        HeadDim = 64,
        ContextLength = 512,
    };
}
