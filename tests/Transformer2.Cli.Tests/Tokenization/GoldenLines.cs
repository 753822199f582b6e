using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests.Tokenization;

/// <summary>Runs a command over lines and gives the lines it answers.</summary>
internal static class GoldenLines
{
    /// <summary>The folder of a tokenizer among the shared oracles.</summary>
    public static string Folder(string name) => SharedFiles.Path(name == "stories260K" ? "models/stories260K" : $"oracles/tokenizers/{name}");

    /// <summary>The lines of a golden file.</summary>
    public static List<JsonElement> Read(string name, string file) =>
        [.. File.ReadLines(SharedFiles.Path($"oracles/tokenizers/{name}/{file}")).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>A member as it stands in the file: some hold unpaired surrogates.</summary>
    public static string Raw(JsonElement line, string name) => line.GetProperty(name).GetRawText();

    /// <summary>One answer for each line, all of them accepted.</summary>
    public static async Task<List<JsonElement>> AnswersAsync(string[] command, IReadOnlyList<string> lines)
    {
        var run = await CliRun.With(new Dictionary<string, string>(), command, string.Join('\n', lines) + "\n");
        Assert.True(run.ExitCode == 0, run.Error);
        var answers = run.Output.Split('\n');
        Assert.Equal("", answers[^1]);
        Assert.Equal(lines.Count, answers.Length - 1);
        return [.. answers[..^1].Select(answer => JsonDocument.Parse(answer).RootElement)];
    }
}
