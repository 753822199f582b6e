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
    public async Task The_document_has_every_table_as_far_as_its_units_are_done_and_the_same_command_goes_on()
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

        // Nothing is computed again, and nothing where that is not wanted.
        var (rendered, nothing) = await RunAsync(stopAtUnit: null, [.. command, "--render"]);
        Assert.Equal((ExitCode.Success, ""), (rendered, nothing));
        Assert.Equal(document, await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_run_in_pieces_writes_the_bytes_of_an_uninterrupted_one()
    {
        await PiecesAsync("whole");
        await PiecesAsync("pieces", 2, 9);

        foreach (var file in (IEnumerable<string>)["results.md", .. Drawings.Select(drawing => Path.Combine("results", drawing))])
        {
            Assert.Equal(
                await File.ReadAllTextAsync(Path.Combine(_folder.File("whole"), file), TestContext.Current.CancellationToken),
                await File.ReadAllTextAsync(Path.Combine(_folder.File("pieces"), file), TestContext.Current.CancellationToken));
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task PiecesAsync(string name, params int[] stops)
    {
        var folder = Directory.CreateDirectory(_folder.File(name)).FullName;
        var reproduction = new Reproduction(
            Path.Combine(folder, "results.md"), Path.Combine(folder, "work"), Nano, LabSizes.Quick with { Name = "one", Categories = ["math"], SearchSeeds = 1, LoraRates = [0.003], Shuffles = 1 }, Seed: 1, Threads: 1);
        foreach (var stop in stops)
        {
            using var stopping = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reproduction.RunAsync(Host(new StoppingWriter(stop, stopping)), compute: true, stopping.Token));
        }

        using var log = new StringWriter();
        var report = await reproduction.RunAsync(Host(log), compute: true, TestContext.Current.CancellationToken);
        Assert.Equal(report.Units, report.Done);
    }

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
