using OxyPlot;

namespace Transformer2.Training.Reports;

/// <summary>Colours of things side by side.</summary>
internal static class ChartColors
{
    private static readonly OxyColor[] Colors = [OxyColors.SteelBlue, OxyColors.DarkOrange, OxyColors.SeaGreen, OxyColors.MediumPurple, OxyColors.IndianRed, OxyColors.Gray];

    /// <summary>The colour of a number.</summary>
    public static OxyColor Of(int index) => Colors[index % Colors.Length];
}
