using System.Globalization;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Numbers as the document has them.</summary>
internal static class Figures
{
    /// <summary>A share in percent with its 95 % interval.</summary>
    public static string Share(Proportion share) => Accuracy.Of(share).Text();

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A difference in points, with its sign.</summary>
    public static string Points(double difference) => (100 * difference).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>A probability.</summary>
    public static string P(double p) => p < 0.0001 ? "< 0.0001" : p.ToString(p < 0.01 ? "0.0000" : "0.000", CultureInfo.InvariantCulture);

    /// <summary>A number of things.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Any number, as short as it is.</summary>
    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>Seconds.</summary>
    public static string Seconds(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A comparison as cells: difference in points, questions that only one answers rightly, p, verdict.</summary>
    public static string[] Cells(PairedComparison comparison) =>
    [
        Points(comparison.Difference),
        string.Create(CultureInfo.InvariantCulture, $"{comparison.OnlyFirst} / {comparison.OnlySecond}"),
        P(comparison.PValue),
        comparison.Verdict switch { PairedVerdict.Better => "**better**", PairedVerdict.Worse => "**worse**", _ => "no difference" },
    ];

    /// <summary>The cells of what is compared with nothing.</summary>
    public static string[] NoCells { get; } = ["", "", "", ""];
}
