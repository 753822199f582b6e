using System.Text.Json.Nodes;
using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

/// <summary>The published implementation's own steps, and the numbers of the reference.</summary>
public sealed class CrossEntropyOracleTests
{
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_step_of_the_published_code_is_reproduced(int number)
    {
        var run = JsonNode.Parse(File.ReadAllBytes(SharedFiles.Path("oracles/svf/cem.json")))!["cases"]![number]!;
        var experts = (int)run["num_experts"]!;
        var options = SearchOptions.Parity with
        {
            Population = (int)run["pop_size"]!,
            EliteRatio = (double)run["elite_ratio"]!,
            Smoothing = (double)run["optim_ema"]!,
            Min = (double)run["min_param"]!,
            Max = (double)run["max_param"]!,
            Granularity = WeightGranularity.PerMatrix,
        };
        var space = options.SpaceOf(experts, (int)run["num_layer_params"]!);
        var strategy = SearchStrategies.Create(options, space, seed: 1);
        Assert.Equal((int)run["num_elites"]!, options.Elites);

        var state = strategy.Start();
        foreach (var step in run["steps"]!.AsArray())
        {
            var before = step!["before"]!;
            Near(before["mean"]!, state.Mean);
            Near(before["std"]!, state.Deviation);
            Near(before["best_solution"]!, state.Best.Weights);
            Candidate[] population = [.. step["population"]!.AsArray().Select(weights => new Candidate(space, Numbers(weights!)))];
            Assert.Equal(population.Length, strategy.Ask(state).Count);
            Near(step["population"]![0]!, strategy.Ask(state)[0].Weights);

            var performance = Numbers(step["performance"]!);
            var ties = step["avg_logprob"] is { } given ? Numbers(given) : new double[performance.Length];
            state = strategy.Tell(state, population, [.. performance.Zip(ties, (value, tie) => new CandidateScore(value, tie))]);

            var after = step["after"]!;
            Near(after["mean"]!, state.Mean);
            Near(after["std"]!, state.Deviation);
            Near(after["best_solution"]!, state.Best.Weights);
            Assert.Same(population[(int)step["best_index"]!], state.Best);
            foreach (var (k, row) in after["policy_weights"]!.AsArray().Index())
            {
                Near(row!, [.. Enumerable.Range(0, space.Groups).Select(group => state.Best[k, group])]);
            }
        }
    }

    [Fact]
    public void The_step_of_the_reference_is_reproduced()
    {
        var options = SearchOptions.Parity with { Population = 10 };
        var space = options.SpaceOf(experts: 2, matrices: 5);
        var strategy = SearchStrategies.Create(options, space, seed: 1);
        double[][] population = [[.33, .33], [.9, .1], [.5, .5], [0, 1], [.7, .2], [.2, .9], [1, 0], [.6, .4], [.1, .3], [.8, .8]];
        double[] scores = [.5, .8, .6, .2, .8, .3, .7, .6, .1, .4];
        double[] logLikelihoods = [-.5, -.9, -.6, -1, -.4, -.8, -.7, -.6, -1.1, -.9];
        var state = strategy.Tell(
            strategy.Start(),
            [.. population.Select(weights => new Candidate(space, weights))],
            [.. scores.Zip(logLikelihoods, (value, tie) => new CandidateScore(value, tie))]);
        Near([0.8, 0.15], state.Mean);
        Near([0.1414213562, 0.0707106781], state.Deviation);
        Assert.Equal([.7, .2], state.Best.Weights);
        Assert.Equal(new CandidateScore(0.8, -0.4), state.BestScore);
    }

    [Fact]
    public void Parity_is_the_published_setting()
    {
        var options = SearchOptions.Parity;
        Assert.Equal((32, 6, 0.0, 1.0, 0.0, 0.0, 50), (options.Population, options.Elites, options.Min, options.Max, options.Smoothing, options.DeviationFloor, options.MaxGenerations));
        Assert.Equal(SearchScore.Accuracy, options.Score);
        var start = SearchStrategies.Create(options, options.SpaceOf(4, 1), seed: 1).Start();
        Assert.Equal([0.25, 0.25, 0.25, 0.25], start.Mean);
        Assert.Equal([0.5, 0.5, 0.5, 0.5], start.Deviation);
    }

    private static double[] Numbers(JsonNode node) => [.. node.AsArray().Select(value => (double)value!)];

    private static void Near(JsonNode expected, IReadOnlyList<double> actual) => Near(Numbers(expected), actual);

    private static void Near(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }
}
