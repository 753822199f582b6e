using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>The laboratory's whole way, with numbers that say nothing.</summary>
[Collection(TorchThreads.Collection)]
public sealed class ReproduceCommandTests : IDisposable
{
    private static readonly string[] Sections =
    [
        "What reproduces, and what does not", "Table 1: trained tasks", "Table 2: unseen tasks", "Table 3: time of the two passes", "Table 4: objective, matrices, SVF or LoRA", "Table 8: shots",
        "Tables 5 and 9: experts on another base model", "Figure 4: learning curves", "Figure 7: mixtures that few-shot search finds", "Multipliers by singular value", "Units and times",
    ];

    private static readonly string[] Drawings = ["learning-curves.svg", "mixtures.svg", "multipliers.svg", "trained-tasks.svg", "unseen-tasks.svg"];

    private readonly TemporaryFolder _folder = new();

    private static string Nano => SharedFiles.Path(Path.Combine("..", "models", "nano"));

    [Fact]
    public async Task The_document_has_every_table_whose_units_are_done_and_the_same_command_goes_on_to_the_same_bytes()
    {
        var output = _folder.File("results.md");
        string[] command = ["lab", "reproduce", "--quick", "--model", Nano, "--work", _folder.File("work"), "--output", output, "--threads", "1"];

        var (stopped, _) = await RunAsync(stopAtUnit: 4, command);
        var half = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        var (finished, log) = await RunAsync(stopAtUnit: null, command);
        var document = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);

        Assert.Equal((ExitCode.Cancelled, ExitCode.Success), (stopped, finished));
        Assert.DoesNotContain("unit 1 of", log, StringComparison.Ordinal); // it was done
        Assert.Contains("unit 4 of", log, StringComparison.Ordinal);
        Assert.Equal(Sections, Headings(half));
        Assert.Equal(Sections, Headings(document));
        Assert.Contains("Not computed yet: `measure math svf reinforce`, ", half, StringComparison.Ordinal);
        Assert.DoesNotContain("computed yet", document, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", document, StringComparison.Ordinal);
        Assert.Equal(8, document.Split("\n## ").Single(section => section.StartsWith("Table 4", StringComparison.Ordinal)).Split('\n').Count(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2])));
        // Every table is whole: as many cells in each row as in its header.
        foreach (var table in document.Split("\n\n").Where(block => block.StartsWith('|')))
        {
            Assert.Single(table.TrimEnd('\n').Split('\n').Select(line => line.Count(letter => letter == '|')).Distinct());
        }

        Assert.Equal(Drawings, Directory.GetFiles(_folder.File("results")).Select(Path.GetFileName).Order());
        Assert.All(Drawings, drawing =>
        {
            Assert.Equal("svg", XDocument.Load(Path.Combine(_folder.File("results"), drawing)).Root!.Name.LocalName);
            Assert.Contains($"(results/{drawing})", document, StringComparison.Ordinal);
        });

        // Nothing is computed where that is not wanted, and what is computed again gives the same bytes, alone as beside others.
        var drawn = await DrawnAsync();
        foreach (var lost in (IEnumerable<string>)["train math svf mlp reinforce", "measure base", "measure table 4 row 6", "few-shot 3", "transfer code"])
        {
            Directory.Delete(Assert.Single(Directory.GetDirectories(_folder.File("work"), lost.Replace(' ', '-') + "-*")), recursive: true);
        }

        Assert.Equal((ExitCode.Success, ""), await RunAsync(stopAtUnit: null, [.. command, "--render"]));
        Assert.Contains("**5 of 38 units are not computed yet**", await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var (again, few) = await RunAsync(stopAtUnit: null, command);
        Assert.Equal((ExitCode.Success, 5), (again, few.Split("unit ").Length - 1));
        Assert.Equal(document, await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        Assert.Equal(drawn, await DrawnAsync());

        async Task<string[]> DrawnAsync() =>
            await Task.WhenAll(Drawings.Select(drawing => File.ReadAllTextAsync(Path.Combine(_folder.File("results"), drawing), TestContext.Current.CancellationToken)));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<(int ExitCode, string Log)> RunAsync(int? stopAtUnit, string[] command)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var log = new StoppingWriter(stopAtUnit, stopping);
        var code = await T2.RunAsync(command, Host(log), stopping.Token);
        Assert.True(code is ExitCode.Success or ExitCode.Cancelled, log.ToString());
        return (code, log.ToString());
    }

    // Its clock stands still: times are part of the document.
    private static CliHost Host(TextWriter error) => new(TextReader.Null, TextWriter.Null, error, _ => null, Path.GetTempPath(), LiveError: false, new StandingClock());

    private static string[] Headings(string document) =>
        [.. document.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..])];

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    // Ctrl-C at the moment when a unit begins.
    private sealed class StoppingWriter(int? unit, CancellationTokenSource stopping) : StringWriter(new StringBuilder(), CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith($"unit {unit} of", StringComparison.Ordinal) == true)
            {
                stopping.Cancel();
            }
        }
    }
}
