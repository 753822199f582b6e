using System.CommandLine;
using System.Text;
using System.Text.Json;
using Transformer2.Tokenization;

namespace Transformer2.Benchmarks;

/// <summary>
/// <c>tokenize</c>: time to encode 64 KiB of texts that are hard to encode, in one piece of a mebibyte. It is the time of the processor, of
/// all threads, so that what else the machine does hardly counts.
/// </summary>
internal static class TokenizeBenchmark
{
    private const int TextBytes = 1 << 20;
    private const int UnitBytes = 1 << 16;
    private const string Shared = "T2_SHARED";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Command()
    {
        var runs = new Option<int>("--runs") { Description = "Encodings per figure, after one that is not counted", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "JSON in place of a table" };
        var command = new Command("tokenize", $"Encodes hard texts with a synthetic tokenizer and those in the folder that {Shared} names: processor ms per 64 KiB of UTF-8.") { runs, json };
        command.SetAction(parsed => Run(parsed.GetValue(runs), parsed.GetValue(json), Origin.Of(parsed)));
        return command;
    }

    private static void Run(int runs, bool json, Origin origin)
    {
        var figures = new List<Figure>();
        Measure("synthetic", SyntheticTokenizer.Load());
        var (files, skipped) = SharedFiles();
        foreach (var (name, path) in files) Measure(name, TokenizerFile.Load(path));

        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new { origin.Machine, origin.Date, origin.Commit, origin.Options, UnitBytes, Runs = runs, Figures = figures, Skipped = skipped }, Indented));
        else
            Console.Write(TableOf(figures) + $"Median processor ms per 64 KiB of UTF-8 over {runs} encodings of 1 MiB as one text.\n" + (skipped is null ? "" : $"Skipped: {skipped}\n"));

        void Measure(string name, ITokenizer tokenizer)
        {
            foreach (var (kind, text) in HardTexts.For(tokenizer, TextBytes))
                figures.Add(new Figure(name, kind, Encode(tokenizer, text, runs, out var tokens), tokens));
        }
    }

    private static double Encode(ITokenizer tokenizer, string text, int runs, out int tokens)
    {
        tokens = tokenizer.Encode(text).Count;
        var milliseconds = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var before = Environment.CpuUsage.TotalTime;
            tokenizer.Encode(text);
            milliseconds.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        return milliseconds.Order().ElementAt(runs / 2) * UnitBytes / Encoding.UTF8.GetByteCount(text);
    }

    /// <summary>The tokenizer files of the shared data, or why there are none.</summary>
    private static (List<(string Name, string Path)> Files, string? Skipped) SharedFiles()
    {
        var shared = Environment.GetEnvironmentVariable(Shared);
        if (!Directory.Exists(shared)) return ([], $"real tokenizers, since {Shared} names no folder.");
        var files = new[] { "oracles/tokenizers", "models" }.Select(folder => Path.Combine(shared, folder)).Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .SelectMany(folder => new[] { "tokenizer.json", "tokenizer.model" }.Select(file => Path.Combine(folder, file)))
            .Where(File.Exists)
            .Select(path => ($"{Path.GetFileName(Path.GetDirectoryName(path))}{Path.GetExtension(path)}", path))
            .Order().ToList();
        return (files, files.Count == 0 ? $"real tokenizers, since the folder of {Shared} holds none." : null);
    }

    private static Table TableOf(List<Figure> figures)
    {
        var kinds = figures.Select(figure => figure.Text).Distinct().ToArray();
        var table = new Table(["tokenizer", .. kinds]);
        foreach (var tokenizer in figures.GroupBy(figure => figure.Tokenizer))
            table.Add([tokenizer.Key, .. kinds.Select(kind => (object)$"{tokenizer.Single(figure => figure.Text == kind).ProcessorMs:0.0}")]);
        return table;
    }

    private sealed record Figure(string Tokenizer, string Text, double ProcessorMs, int Tokens);
}
