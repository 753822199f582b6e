using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Transformer2.Benchmarks;

/// <summary>llama.cpp's programs, built from its public source by whoever wants to compare.</summary>
/// <param name="directory">The folder that they are in.</param>
internal sealed class PeerPrograms(string directory)
{
    private static readonly string[] Needed = ["llama-batched-bench", "llama-bench", "llama-server"];

    /// <summary>Looks into a folder.</summary>
    /// <returns>The programs, or why there are none.</returns>
    public static (PeerPrograms? Programs, string Reason) Find(string? directory)
    {
        if (directory is null) return (null, "--peer names no folder of llama.cpp's programs.");
        var missing = Needed.Where(name => !File.Exists(Path.Combine(directory, name))).ToArray();
        return missing.Length == 0 ? (new PeerPrograms(directory), "") : (null, $"--peer has no {string.Join(", ", missing)}.");
    }

    /// <summary>Path of a program.</summary>
    public string this[string name] => Path.Combine(directory, name);

    /// <summary>Tokens per second while all rows decode, by number of rows.</summary>
    public IReadOnlyDictionary<int, double> Decode(string model, int promptTokens, int answerTokens, int[] batches, int threads)
    {
        var context = batches.Max() * (promptTokens + answerTokens);
        return Run(
                "llama-batched-bench", "-m", model, "-c", Text(context), "-npp", Text(promptTokens), "-ntg", Text(answerTokens),
                "-npl", string.Join(',', batches), "-t", Text(threads), "-tb", Text(threads), "--output-format", "jsonl")
            .ToDictionary(line => line.GetProperty("pl").GetInt32(), line => line.GetProperty("speed_tg").GetDouble());
    }

    /// <summary>Prompt tokens per second, by length of the prompt.</summary>
    public IReadOnlyDictionary<int, double> Prefill(string model, int[] lengths, int threads) =>
        Run("llama-bench", "-m", model, "-p", string.Join(',', lengths), "-n", "0", "-r", "1", "-t", Text(threads), "-o", "jsonl")
            .ToDictionary(line => line.GetProperty("n_prompt").GetInt32(), line => line.GetProperty("avg_ts").GetDouble());

    private JsonElement[] Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(this[program], arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<JsonElement>(line))]
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}:\n{errors.Result}");
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
