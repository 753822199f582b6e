namespace Transformer2.Adaptation.Search;

/// <summary>
/// <c>cem</c>, the cross-entropy method (Rubinstein, 1997) with independent normal distributions, as Transformer-Squared uses it: the best part of
/// a generation gives mean and unbiased standard deviation of the next one.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="space">What is searched.</param>
/// <param name="seed">Names the random numbers.</param>
internal sealed class CrossEntropyMethod(SearchOptions options, SearchSpace space, ulong seed) : PopulationStrategy(options, space, seed)
{
    /// <summary>The name that options choose it by.</summary>
    public const string Name = "cem";

    protected override double[] Draw(StrategyState state, SeededGenerator generator) =>
        [.. state.Mean.Zip(state.Deviation, (mean, deviation) => mean + (deviation * generator.NextGaussian()))];

    protected override (IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation) Learn(
        StrategyState state, IReadOnlyList<Candidate> ranked, Candidate best)
    {
        var elites = ranked.Take(Options.Elites).ToArray();
        var floor = Options.DeviationFloor * Math.Pow(Options.DeviationFloorDecay, state.Generation);
        var mean = new double[Space.Size];
        var deviation = new double[Space.Size];
        for (var i = 0; i < mean.Length; i++)
        {
            var average = elites.Average(elite => elite.Weights[i]);
            var squares = elites.Sum(elite => (elite.Weights[i] - average) * (elite.Weights[i] - average));

            // One elite, where scores of all others are not finite, says nothing about the spread.
            var spread = elites.Length > 1 ? Math.Sqrt(squares / (elites.Length - 1)) : state.Deviation[i];
            mean[i] = Smooth(state.Mean[i], average);
            deviation[i] = Math.Max(floor, Smooth(state.Deviation[i], spread));
        }

        return (mean, deviation);
    }

    private double Smooth(double old, double now) => (Options.Smoothing * old) + ((1 - Options.Smoothing) * now);
}
