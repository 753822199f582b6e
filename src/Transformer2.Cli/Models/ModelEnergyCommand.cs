using System.CommandLine;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Cli;

/// <summary><c>t2 model energy</c>: what the top components of a model's matrices hold.</summary>
internal static class ModelEnergyCommand
{
    public static Command Create(GlobalOptions global)
    {
        var folder = LocalFolder.Argument();
        var choice = new MatrixChoice();
        var chart = new Option<string?>("--chart") { Description = "Also draws the shares over all ranks into this SVG file", HelpName = "file" };
        var command = new Command(
            "energy", "Reports which share of a local model's matrices lies in their largest singular values; needs no server.") { folder, chart };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = parsed.GetValue(folder)!;
            var matrices = choice.Read(parsed);
            var drawing = parsed.GetValue(chart) is { } file ? OutputPath.OfFile(file, "--chart") : null;
            var spectra = await Task.Run(
                () => LocalFolder.Use(directory, opened => Read(opened, matrices(opened.Config), global.Host, cancellationToken)), cancellationToken);
            if (drawing is not null)
            {
                EnergyReport.Draw(drawing, directory, spectra);
            }

            var report = EnergyReport.Of(directory, spectra);
            global.Printer(parsed).PrintRecord(report, report.Text);
            return ExitCode.Success;
        });
        return command;
    }

    private static IReadOnlyList<Spectrum> Read(
        ModelFolder folder, IReadOnlyList<ProjectionMatrix> matrices, CliHost host, CancellationToken cancellationToken)
    {
        folder.Check();
        using var line = new ProgressLine(host);
        return Spectrum.Of(folder, matrices, DataDirectory.DecompositionCache(host), LocalModel.DecompositionProgress(line), cancellationToken);
    }
}
