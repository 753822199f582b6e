using System.Globalization;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Shares that the largest singular values have.</summary>
/// <param name="Rank">How many of them.</param>
/// <param name="Energy">Share of the sum of sigma^2.</param>
/// <param name="Nuclear">Share of the sum of sigma.</param>
internal sealed record EnergyPoint(int Rank, double Energy, double Nuclear);

/// <summary>One matrix.</summary>
internal sealed record MatrixEnergy(string Matrix, int Rank, IReadOnlyList<EnergyPoint> Points);

/// <summary>All matrices of one kind: means over the layers.</summary>
internal sealed record KindEnergy(string Kind, int Matrices, int Rank, IReadOnlyList<EnergyPoint> Points);

/// <summary>How much of a model's matrices lies in their top components (the paper's appendix C).</summary>
internal sealed record EnergyReport(string Folder, IReadOnlyList<KindEnergy> Kinds, IReadOnlyList<MatrixEnergy> Matrices)
{
    private const int CurvePoints = 100;

    public static EnergyReport Of(string folder, IReadOnlyList<Spectrum> spectra) => new(
        folder,
        [.. spectra.GroupBy(spectrum => spectrum.Matrix.Kind).Select(Mean)],
        [.. spectra.Select(spectrum => new MatrixEnergy(
            spectrum.Matrix.Name,
            spectrum.Matrix.Rank,
            [.. Ranks(spectrum.Matrix.Rank).Select(rank => new EnergyPoint(rank, spectrum.Energy(rank), spectrum.Nuclear(rank)))]))]);

    /// <summary>Draws both shares over the whole range of ranks.</summary>
    public static void Draw(string path, string folder, IReadOnlyList<Spectrum> spectra) => EnergyChart.Save(
        path,
        $"Share of the largest singular values: {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}",
        [.. spectra.GroupBy(spectrum => spectrum.Matrix.Kind).Select(kind => (kind.Key, Curve(kind.ToArray())))]);

    /// <summary>The same for people: one table per share, a row per kind of matrix.</summary>
    public string Text() =>
        $"{Table(point => point.Energy)}\nShare of the sum of sigma^2 in the top components, in percent, mean over the layers.\n\n"
        + $"{Table(point => point.Nuclear)}\nThe same of the sum of sigma.\n";

    private string Table(Func<EnergyPoint, double> share)
    {
        // Portions have a column each, whatever rank they are; powers of two are columns where a kind has them.
        int[] powers = [.. Kinds.SelectMany(kind => Spectrum.Powers(kind.Rank)).Distinct().Order()];
        var table = new TextTable(["KIND", "RANK", .. powers.Select(power => power.ToString(CultureInfo.InvariantCulture)), "25 %", "50 %", "100 %"]);
        foreach (var kind in Kinds)
        {
            var points = kind.Points.ToDictionary(point => point.Rank, point => Percent(share(point)));
            var own = Spectrum.Powers(kind.Rank);
            table.Add([
                kind.Kind,
                kind.Rank,
                .. powers.Select(power => own.Contains(power) ? points[power] : ""),
                .. Spectrum.Portions(kind.Rank).Select(portion => points[portion])]);
        }

        return table.ToString();
    }

    private static IEnumerable<int> Ranks(int rank) => Spectrum.Powers(rank).Concat(Spectrum.Portions(rank)).Distinct();

    private static KindEnergy Mean(IGrouping<string, Spectrum> kind)
    {
        Spectrum[] all = [.. kind];
        var rank = all[0].Matrix.Rank; // one shape per kind
        return new KindEnergy(kind.Key, all.Length, rank, [.. Ranks(rank).Select(top => Point(all, top))]);
    }

    private static EnergyPoint Point(Spectrum[] all, int rank) =>
        new(rank, all.Average(spectrum => spectrum.Energy(rank)), all.Average(spectrum => spectrum.Nuclear(rank)));

    private static (double RankShare, double Energy, double Nuclear)[] Curve(Spectrum[] all)
    {
        var rank = all[0].Matrix.Rank;
        return [.. Enumerable.Range(1, CurvePoints)
            .Select(step => Math.Max(1, rank * step / CurvePoints))
            .Distinct()
            .Select(top => Point(all, top))
            .Select(point => ((double)point.Rank / rank, point.Energy, point.Nuclear))];
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
