using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary>A verb that runs models: the options that all such verbs share, with the defaults of this one.</summary>
/// <param name="name">What it is called.</param>
/// <param name="description">What it measures.</param>
internal sealed class Verb(string name, string description)
{
    /// <summary>Models unless told otherwise.</summary>
    public string[] Shapes { get; init; } = ["135M"];

    /// <summary>Precisions unless told otherwise.</summary>
    public Precision[] Precisions { get; init; } = [Precision.F32];

    /// <summary>Rows of the batch unless told otherwise; empty where it is not for the caller to say.</summary>
    public int[] Batches { get; init; } = [];

    /// <summary>Rounds unless told otherwise.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Whether it compares with the peer.</summary>
    public bool HasPeer { get; init; }

    /// <summary>Makes the command.</summary>
    /// <param name="run">Measures, and tells the report.</param>
    /// <param name="own">Options that only this verb has.</param>
    public Command Command(Func<Settings, Report, Task> run, params Option[] own)
    {
        var shapes = Many("--shape", $"Models: {string.Join(", ", ModelShape.All.Select(shape => shape.Name))}", Shapes);
        var precisions = Many("--precision", "Precisions: f32, bf16, int8", Precisions);
        var batches = Many("--batch", "Rows of the batch", Batches);
        var rounds = One("--rounds", "How often everything is measured, in turns", Rounds);
        var threads = One("--threads", "Threads, ours and the peer's", Math.Min(2, Environment.ProcessorCount));
        var runner = One("--runner", "Model runner of the engine: auto, torch, simd", "auto");
        var models = One("--models", "Folder where models are kept once they are written", Path.Combine(Path.GetTempPath(), "t2-benchmark-models"));
        var peer = One<string?>("--peer", "Folder of llama.cpp's programs to compare with", null);
        var json = Report.JsonOption();
        Command command = new(name, description) { shapes, precisions, rounds, threads, runner, models, json };
        if (Batches.Length > 0) command.Add(batches);
        if (HasPeer) command.Add(peer);
        foreach (var option in own) command.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            var found = HasPeer ? PeerPrograms.Find(parsed.GetValue(peer)) : default;
            var settings = new Settings
            {
                Shapes = parsed.GetValue(shapes)!,
                Precisions = parsed.GetValue(precisions)!,
                Batches = Batches.Length > 0 ? parsed.GetValue(batches)! : [],
                Rounds = parsed.GetValue(rounds),
                Threads = parsed.GetValue(threads),
                Runner = parsed.GetValue(runner)!,
                Models = new ModelStore(parsed.GetValue(models)!),
                Peer = found.Programs,
                Parsed = parsed,
            };
            var report = new Report(name, Origin.Of(parsed), parsed.GetValue(json));
            if (HasPeer && found.Programs is null) report.Note($"The peer was skipped: {found.Reason}");
            await run(settings, report);
            report.Finish();
        });
        return command;
    }

    private static Option<T> One<T>(string name, string description, T value) => new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<T[]> Many<T>(string name, string description, T[] values) =>
        new(name) { Description = description, DefaultValueFactory = _ => values, AllowMultipleArgumentsPerToken = true };
}
