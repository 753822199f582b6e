using System.CommandLine;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Benchmarks;

/// <summary><c>load</c>: time and peak memory of loading a checkpoint, without and with its fingerprint, which a server computes at its start.</summary>
internal static class LoadBenchmark
{
    // Peak memory that a load may take, as a multiple of the weights in memory.
    private const double Limit = 1.15;

    public static Command Command()
    {
        var size = new Option<int>("--mib") { Description = "Size of the float32 checkpoint", DefaultValueFactory = _ => 1024 };
        var runs = new Option<int>("--runs") { Description = "Processes per figure", DefaultValueFactory = _ => 5 };
        var json = Report.JsonOption();
        var command = new Command("load", "Loads a synthetic checkpoint in fresh processes: time, and peak memory as a multiple of the weights.") { size, runs, json };
        command.SetAction(parsed => Run(parsed.GetValue(size), parsed.GetValue(runs), new Report("load", Origin.Of(parsed), parsed.GetValue(json))));
        return command;
    }

    /// <summary>Loads once: folder, number type, and whether the fingerprint is computed too.</summary>
    public static Measurement Once(string[] arguments)
    {
        var placement = Placement.Parse(arguments[1], "cpu");
        using (TorchSharp.torch.zeros(1))
        {
            // libtorch itself is not part of the load.
        }

        return Measurement.Of(() =>
        {
            using var folder = ModelFolder.Open(arguments[0]);
            using var model = folder.Load(placement.DTypeFor(folder), placement.Device);
            if (bool.Parse(arguments[2])) _ = folder.Fingerprint;
        });
    }

    private static int Run(int mebibytes, int runs, Report report)
    {
        var worst = 0.0;
        foreach (var stored in new[] { SafetensorsDType.F32, SafetensorsDType.BF16 })
        {
            using var model = SyntheticModel.Write(Shape(mebibytes), stored);
            foreach (var (dtype, bytes) in new[] { ("float32", 4), ("bfloat16", 2) })
            {
                var load = ChildProcess.Measure(runs, nameof(LoadBenchmark), model.Folder, dtype, bool.FalseString);
                var whole = ChildProcess.Measure(runs, nameof(LoadBenchmark), model.Folder, dtype, bool.TrueString);
                var weights = model.Parameters * bytes;
                var ratio = (double)Math.Max(load.PeakBytes, whole.PeakBytes) / weights;
                worst = Math.Max(worst, ratio);
                report.Add(
                    ("stored", $"{stored}"), ("computes in", dtype), ("weights MiB", weights >> 20), ("load s", load.Seconds),
                    ("GiB/s", model.Parameters * stored.BitSize() / 8 / load.Seconds / (1 << 30)), ("with fingerprint s", whole.Seconds),
                    ("peak MiB", Math.Max(load.PeakBytes, whole.PeakBytes) >> 20), ("peak / weights", ratio));
            }
        }

        report.Note($"Medians; files in the page cache; GiB/s of the files; peak: VmHWM with the fingerprint, mapped pages counted; limit {Limit}.");
        report.Finish();
        return worst <= Limit ? 0 : 1;
    }

    private static ModelConfig Shape(int mebibytes)
    {
        var shape = new ModelConfig
        {
            VocabularySize = 8192,
            HiddenSize = 2048,
            IntermediateSize = 5632,
            Layers = 1,
            Heads = 16,
            KeyValueHeads = 4,
            HeadDim = 128,
            ContextLength = 2048,
        };
        const long layer = (2048L * 2048 * 2) + (2048L * 512 * 2) + (2048L * 5632 * 3);
        return shape with { Layers = (int)Math.Max(1, ((((long)mebibytes << 20) / 4) - (2L * 8192 * 2048)) / layer) };
    }
}
