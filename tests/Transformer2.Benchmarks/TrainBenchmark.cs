using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Objectives;
using Transformer2.Training.Reports;
using Transformer2.Training.Tasks;

namespace Transformer2.Benchmarks;

/// <summary><c>train</c>: a step of training for many experts at once against one expert with the same tokens.</summary>
internal static class TrainBenchmark
{
    private const int RowLength = 128;
    private const int AnswerTokens = 64;
    private const int Vocabulary = 500; // every shape has more
    private static readonly Option<int> Experts = new("--experts") { Description = "Experts at once", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> Steps = new("--steps") { Description = "Steps of a round, after two that do not count", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Layers = new("--layers") { Description = "Layers of the model; 0 is all", DefaultValueFactory = _ => 0 };

    public static Command Command() => new Verb("train", "Seconds of a training step (forward, backward, optimizer) for many experts, each with a row of its own, against one expert with all rows.")
    {
        Shapes = ["nano", "135M"],
        Batches = [16],
    }.Command(RunAsync, Experts, Steps, Layers);

    private static Task RunAsync(Settings settings, Report report)
    {
        var (experts, steps) = (settings.Parsed.GetValue(Experts), settings.Parsed.GetValue(Steps));
        TorchNative.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        foreach (var shape in settings.Shapes.Select(ModelShape.Find))
        {
            using var model = Model(settings, shape);
            foreach (var rows in settings.Batches)
            {
                foreach (var kind in new[] { AdapterOptions.Svf, AdapterOptions.Lora })
                {
                    var samples = new Samples();
                    for (var round = 0; round <= settings.Rounds; round++)
                    {
                        foreach (var count in new[] { 1, experts })
                        {
                            var seconds = Seconds(model, kind, count, rows / count, steps);
                            if (round > 0) samples.Add(count, seconds);
                        }

                        Progress.Say($"  {shape.Name}, {kind}, {rows} rows, round {round}/{settings.Rounds}");
                    }

                    report.Add(
                        ("shape", shape.Name), ("adapter", kind), ("tokens / step", rows * RowLength), ("one expert: s", samples.Median(1)),
                        ($"{experts} experts: s", samples.Median(experts)), ("/ one expert", samples.Median(experts) / samples.Median(1)));
                }
            }
        }

        report.Note($"Medians of {settings.Rounds} interleaved rounds, of each the median of {steps} steps; MLP matrices, lora of rank 16; {settings.Threads} threads.");
        return Task.CompletedTask;
    }

    private static Decoder Model(Settings settings, ModelShape shape)
    {
        using var folder = ModelFolder.Open(settings.Models.Folder(shape, Precision.F32));
        if (settings.Parsed.GetValue(Layers) is > 0 and var layers && shape.Config is { } config)
        {
            var model = Training.BaseModel.NanoModel.Initialize(config with { Layers = layers }, seed: 1);
            Decomposition.Attach(model);
            return model;
        }

        var whole = folder.Load();
        Decomposition.Attach(whole, folder, settings.Models.Decompositions);
        return whole;
    }

    private static double Seconds(Decoder model, string kind, int experts, int rows, int steps)
    {
        var clock = new StepClock();
        ExpertTrainingJob[] jobs = [.. Enumerable.Range(0, experts).Select(i => new ExpertTrainingJob(new CountingTask(), new CountingTask(), new TaskTrainingOptions
        {
            Adapter = new() { Kind = kind },
            Seed = (ulong)i,
            Steps = steps + 2,
            Rows = rows,
            RowLength = RowLength,
            ClipNorm = 1,
            ValidationInterval = int.MaxValue,
        })
        {
            Progress = i == experts - 1 ? clock : null,
        })];
        new MultiExpertTraining(model, jobs).Run();
        // The first step has none before it.
        var seconds = new Samples();
        foreach (var step in clock.Seconds.Skip(1)) seconds.Add(0, step);
        return seconds.Median(0)!.Value;
    }

    private sealed class StepClock : IProgress<TrainingProgress>
    {
        private long _last;

        public List<double> Seconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (_last > 0) Seconds.Add(Stopwatch.GetElapsedTime(_last).TotalSeconds);
            _last = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Questions of half a row, with demonstrations of the other half.</summary>
    private sealed class CountingTask : ITrainingTask, ITaskEncoder, IVerifier
    {
        public string Name => "counting";

        public IVerifier Verifier => this;

        public int MaxAnswerTokens => 1;

        public IReadOnlySet<int> EndIds { get; } = new HashSet<int>();

        public IReadOnlyList<TaskQuestion> Questions(Split split) =>
            [.. Enumerable.Range(0, split == Split.Train ? 64 : 1).Select(i => new TaskQuestion($"{i}", [new ChatMessage("user", $"{i}")], "", $"{i}"))];

        public IReadOnlyList<int> Prompt(TaskQuestion question) => RandomPrompt.Tokens(Number(question.Id), RowLength - AnswerTokens, Vocabulary);

        public IReadOnlyList<int> Answer(string text) => RandomPrompt.Tokens(1000 + Number(text), AnswerTokens, Vocabulary);

        public string Text(IReadOnlyList<int> ids) => "";

        private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

        public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken) => ValueTask.FromResult(Verdict.Of(false));
    }
}
