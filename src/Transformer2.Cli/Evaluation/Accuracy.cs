using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Right answers.</summary>
/// <param name="Right">Their number.</param>
/// <param name="N">Of how many.</param>
/// <param name="Value">Their share.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end of the 95 % interval.</param>
internal sealed record Accuracy(int Right, int N, double Value, double Low, double High)
{
    public static Accuracy Of(Proportion result) =>
        new(result.Successes, result.Count, result.Count == 0 ? 0 : result.Value, result.Interval.Low, result.Interval.High);

    /// <summary>In percent, with the interval.</summary>
    public string Text() => FormattableString.Invariant($"{100 * Value:0.0} [{100 * Low:0.0}, {100 * High:0.0}]");
}
