using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class SearchOptionsTests
{
    [Fact]
    public void The_presets_are_valid_for_any_number_of_experts()
    {
        for (var experts = 1; experts <= SearchSpace.MaxExperts; experts++)
        {
            foreach (var options in new[] { SearchOptions.Default, SearchOptions.Parity })
            {
                options.Validate(options.SpaceOf(experts, 96));
                var perMatrix = options with { Granularity = WeightGranularity.PerMatrix };
                perMatrix.Validate(perMatrix.SpaceOf(experts, 96));
            }
        }
    }

    [Fact]
    public void Whatever_lies_outside_its_range_is_refused_by_name()
    {
        var options = SearchOptions.Default;
        Refused("experts", options, experts: 0);
        Refused("experts", options, experts: 17);
        Refused("matrices", options with { Granularity = WeightGranularity.PerMatrix }, matrices: 0);
        Refused("matrices", options with { Granularity = WeightGranularity.PerMatrix }, matrices: 4097);
        Refused("Granularity", options with { Granularity = (WeightGranularity)9 });
        Refused("Score", options with { Score = (SearchScore)9 });
        Refused("Population", options with { Population = 1025 });
        Refused("Population", options with { Population = 5 });
        Refused("Population", SearchOptions.Parity with { Population = 1 });
        Refused("MaxGenerations", options with { MaxGenerations = 0 });
        Refused("MaxGenerations", options with { MaxGenerations = 1001 });
        Refused("MaxGenerations", options with { MaxGenerations = 1000, Granularity = WeightGranularity.PerMatrix }, matrices: 400);
        Refused("Patience", options with { Patience = -1 });
        Refused("Patience", options with { Patience = 1001 });
        Refused("Tolerance", options with { Tolerance = -1 });
        Refused("Tolerance", options with { Tolerance = double.NaN });
        Refused("Tolerance", options with { Tolerance = double.PositiveInfinity });
        Refused("Max", options with { Max = 2 });
        Refused("Max", options with { Min = 0.1 });
        Refused("Max", SearchOptions.Parity with { Min = 1 });
        Refused("Max", SearchOptions.Parity with { Min = -1 });
        Refused("Max", SearchOptions.Parity with { Max = 11 });
        Refused("Max", SearchOptions.Parity with { Max = double.NaN });
        Refused("EliteRatio", options with { EliteRatio = 0 });
        Refused("EliteRatio", options with { EliteRatio = 1.1 });
        Refused("EliteRatio", options with { EliteRatio = 0.06 });
        Refused("EliteRatio", options with { EliteRatio = double.NaN });
        Refused("Smoothing", options with { Smoothing = 1 });
        Refused("Smoothing", options with { Smoothing = -0.1 });
        Refused("DeviationFloor", options with { DeviationFloor = -0.1 });
        Refused("DeviationFloor", options with { DeviationFloor = 1.1 });
        Refused("DeviationFloorDecay", options with { DeviationFloorDecay = 0 });
        Refused("DeviationFloorDecay", options with { DeviationFloorDecay = 1.1 });
        Refused("HoldOutShare", options with { HoldOutShare = 0.6 });
        Refused("HoldOutShare", options with { HoldOutShare = double.NaN });
    }

    [Fact]
    public void An_unknown_strategy_is_refused_with_the_known_names()
    {
        Assert.Equal(["cem", "random-shooting", "uniform"], SearchStrategies.Names);
        var options = SearchOptions.Default with { Strategy = "cma-es" };
        var error = Assert.Throws<SearchException>(() => SearchStrategies.Create(options, options.SpaceOf(3, 1), seed: 1));
        Assert.Equal(SearchError.UnknownStrategy, error.Reason);
        Assert.Contains("cem, random-shooting, uniform", error.Message);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(1, false)]
    public void A_space_that_the_options_do_not_search_is_refused(int groups, bool withIdentity) => Assert.Equal(
        SearchError.SpaceMismatch,
        Assert.Throws<SearchException>(() => SearchOptions.Default.Validate(new SearchSpace(2, groups, withIdentity))).Reason);

    private static void Refused(string name, SearchOptions options, int experts = 3, int matrices = 1)
    {
        var error = Assert.Throws<SearchException>(() => SearchStrategies.Create(options, options.SpaceOf(experts, matrices), seed: 1));
        Assert.Equal(SearchError.OptionOutOfRange, error.Reason);
        Assert.StartsWith(name + " ", error.Message);
    }
}
