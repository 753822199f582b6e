using System.Text.RegularExpressions;

namespace Transformer2.Architecture.Tests;

/// <summary>Rules about the text of the sources.</summary>
public sealed class SourceTests
{
    private const int MaxLines = 350;
    private const int MaxProgramLines = 30;

    [Fact]
    public void No_source_file_is_long() =>
        Assert.DoesNotContain(Repository.SourceFiles(), file => Repository.Lines(file).Length > MaxLines);

    [Fact]
    public void Programs_only_compose() =>
        Assert.DoesNotContain(
            Repository.SourceFiles(),
            file => Path.GetFileName(file) == "Program.cs" && Repository.Lines(file).Length >= MaxProgramLines);

    [Theory]
    [InlineData("#region", "small files need no regions")]
    [InlineData("TODO", "work that is left belongs into an issue")]
    [InlineData("NotImplementedException", "what is not there is not offered")]
    [InlineData("Thread.Sleep(", "waiting blocks a thread")]
    [InlineData("DateTime.UtcNow", "time comes from TimeProvider")]
    [InlineData("DateTime.Now", "time comes from TimeProvider")]
    [InlineData("DateTimeOffset.UtcNow", "time comes from TimeProvider")]
    [InlineData("DateTimeOffset.Now", "time comes from TimeProvider")]
    public void A_word_does_not_occur(string word, string why)
    {
        var places = Repository.SourceFiles()
            .SelectMany(file => Repository.Lines(file).Select((line, index) => (Line: line, Place: $"{file}:{index + 1}")))
            .Where(entry => entry.Line.Contains(word, StringComparison.Ordinal))
            .Select(entry => entry.Place);
        Assert.True(!places.Any(), $"{word} ({why}): {string.Join(", ", places)}");
    }

    [Fact]
    public void Namespaces_are_file_scoped() =>
        Assert.DoesNotContain(
            Repository.SourceFiles(),
            file => Repository.Lines(file).Any(line => line.StartsWith("namespace ", StringComparison.Ordinal) && !line.TrimEnd().EndsWith(';')));

    [Theory]
    [InlineData("src/Transformer2.Abstractions/Errors/ErrorReason.cs")]
    [InlineData("src/Transformer2.Experts/ExpertFiles/ExpertFileException.cs")]
    [InlineData("src/Transformer2.Experts/Safetensors/SafetensorsException.cs")]
    public void The_public_contract_lists_every_reason(string file)
    {
        const string onlyInside = "TENANT_MISMATCH";
        var contract = string.Join('\n', Repository.Lines("protos/transformer2/v1/errors.proto"));
        var reasons = Repository.Lines(file).Select(line => Regex.Match(line, "const string \\w+ = \"([A-Z0-9_]+)\"").Groups[1].Value);

        Assert.DoesNotContain(
            reasons.Where(reason => reason.Length > 0 && reason != onlyInside),
            reason => !Regex.IsMatch(contract, $@"\b{reason}\b"));
    }
}
