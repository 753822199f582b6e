using System.CommandLine;
using System.Globalization;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Cli;

/// <summary>What a decomposition did.</summary>
/// <param name="Decomposition">Its fingerprint.</param>
/// <param name="Cache">Where it is kept.</param>
/// <param name="Matrices">Matrices asked for.</param>
/// <param name="Computed">Of these, how many were not there yet.</param>
internal sealed record DecompositionReport(string Decomposition, string Cache, int Matrices, int Computed);

/// <summary><c>t2 model decompose</c>: computes a decomposition ahead of its use.</summary>
internal static class ModelDecomposeCommand
{
    private const int MostAtOnce = 256;

    public static Command Create(GlobalOptions global)
    {
        var folder = LocalFolder.Argument();
        var choice = new MatrixChoice();
        var cache = new Option<string>("--cache")
        {
            Description = "Where decompositions are kept [default: decompositions in the data directory, which the server uses]",
            HelpName = "folder",
        };
        var parallel = new Option<int?>("--parallel") { Description = "Matrices at once [default: the cores, at most 4]", HelpName = "n" };
        var command = new Command(
            "decompose", "Decomposes projection matrices and keeps the result; a run that was stopped or killed goes on where it was. Needs no server.")
        {
            folder, cache, parallel,
        };
        choice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = parsed.GetValue(folder)!;
            var matrices = choice.Read(parsed);
            var root = parsed.GetValue(cache) is { } named
                ? OutputPath.OfFolder(named, "--cache")
                : Path.Combine(DataDirectory.PathOf(global.Host), DataDirectory.Decompositions);
            var degree = parsed.GetValue(parallel);
            if (degree is < 1 or > MostAtOnce)
            {
                throw new UsageException($"--parallel must be between 1 and {MostAtOnce}.");
            }

            var report = await Task.Run(
                () => LocalFolder.Use(directory, opened => Run(opened, matrices(opened.Config), root, degree, global.Host, cancellationToken)), cancellationToken);
            global.Printer(parsed).PrintRecord(report, () => string.Create(
                CultureInfo.InvariantCulture, $"{report.Matrices} matrices in {report.Cache}, {report.Computed} of them computed now{Environment.NewLine}"));
            return ExitCode.Success;
        });
        return command;
    }

    private static DecompositionReport Run(
        ModelFolder folder, IReadOnlyList<ProjectionMatrix> matrices, string root, int? degree, CliHost host, CancellationToken cancellationToken)
    {
        folder.Check();
        var cache = Decomposition.CacheOf(folder, root);
        using var line = new ProgressLine(host);
        var computed = Decomposition.Prepare(folder, cache, matrices, degree, LocalModel.DecompositionProgress(line), cancellationToken);
        return new DecompositionReport(Decomposition.LayoutOf(folder).Decomposition, cache.Directory, matrices.Count, computed);
    }
}
