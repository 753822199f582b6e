using System.Globalization;
using System.Text.Json.Serialization;

namespace Transformer2.Adaptation.Search;

/// <summary>Whether an expert has one weight or one per matrix.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WeightGranularity>))]
public enum WeightGranularity
{
    /// <summary>One weight per expert.</summary>
    Global,

    /// <summary>One weight per expert and matrix.</summary>
    PerMatrix,
}

/// <summary>What a search makes as large as it can.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SearchScore>))]
public enum SearchScore
{
    /// <summary>Mean over examples of the wanted answer's mean log-probability per token: it tells candidates apart from few examples.</summary>
    LogLikelihood,

    /// <summary>Share of right answers, as in the published code; ties by log-likelihood.</summary>
    Accuracy,
}

/// <summary>Settings of a search for mixture weights.</summary>
public sealed record SearchOptions
{
    private const int MaxPopulation = 1024;
    private const int MaxMaxGenerations = 1000;
    private const double MaxWeight = 10;
    private const int MaxHistoryWeights = 1_000_000;

    /// <summary>The platform's settings: the base model is always a candidate and a member of the pool, and the score is continuous.</summary>
    public static SearchOptions Default { get; } = new();

    /// <summary>Those of the published code (SakanaAI/self-adaptive-llms, <c>cfgs/optimization/cem.yaml</c>), for comparisons.</summary>
    public static SearchOptions Parity { get; } = new()
    {
        IdentityInPool = false,
        Score = SearchScore.Accuracy,
        MaxGenerations = 50,
        Patience = 0,
        DeviationFloor = 0,
        HoldOutShare = 0,
    };

    /// <summary>The strategy, one of <see cref="SearchStrategies.Names"/>.</summary>
    public string Strategy { get; init; } = CrossEntropyMethod.Name;

    /// <summary>Whether an expert has one weight or one per matrix.</summary>
    public WeightGranularity Granularity { get; init; } = WeightGranularity.Global;

    /// <summary>
    /// The identity is a member of the pool (see <see cref="SearchSpace.WithIdentity"/>) and a candidate of every generation; each expert alone and
    /// the uniform mixture are candidates of the first. So the solution is never worse than those on the examples of the search.
    /// </summary>
    public bool IdentityInPool { get; init; } = true;

    /// <summary>What is searched for.</summary>
    public SearchScore Score { get; init; } = SearchScore.LogLikelihood;

    /// <summary>Candidates per generation, at most 1024.</summary>
    public int Population { get; init; } = 32;

    /// <summary>The search ends after so many generations, at most 1000.</summary>
    public int MaxGenerations { get; init; } = 20;

    /// <summary>The search ends after so many generations in which the best score has not risen by more than <see cref="Tolerance"/>; 0 never.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>The rise of the best score that counts as one, in units of the score.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Smallest weight, at least 0; 0 with the identity in the pool.</summary>
    public double Min { get; init; }

    /// <summary>Largest weight, at most 10; 1 with the identity in the pool.</summary>
    public double Max { get; init; } = 1;

    /// <summary>The share of a generation that the next one's distribution is made of, rounded down to candidates, of which it takes two.</summary>
    public double EliteRatio { get; init; } = 0.2;

    /// <summary>The weight of the old mean and deviation in the new ones, in [0, 1).</summary>
    public double Smoothing { get; init; }

    /// <summary>The deviations' lower bound in the first generation, so that a lucky draw does not end the search.</summary>
    public double DeviationFloor { get; init; } = 0.05;

    /// <summary>What the lower bound is multiplied by in each later generation, in (0, 1].</summary>
    public double DeviationFloorDecay { get; init; } = 0.9;

    /// <summary>The share of the examples that only measure the solution, in [0, 0.5]; see <see cref="ExampleSplit"/>.</summary>
    public double HoldOutShare { get; init; } = 0.3;

    /// <summary>How many of the best candidates make the next distribution.</summary>
    internal int Elites => (int)(EliteRatio * Population);

    /// <summary>The space that these options search.</summary>
    /// <param name="experts">Number of experts.</param>
    /// <param name="matrices">Number of matrices that at least one of them adapts.</param>
    public SearchSpace SpaceOf(int experts, int matrices) => new(experts, Granularity == WeightGranularity.Global ? 1 : matrices, IdentityInPool);

    /// <summary>Refuses options, or a space, outside their ranges.</summary>
    /// <exception cref="SearchException">One is outside its range, the strategy is unknown, or the space is not from <see cref="SpaceOf"/>.</exception>
    public void Validate(SearchSpace space)
    {
        if (!SearchStrategies.Names.Contains(Strategy))
        {
            throw new SearchException(SearchError.UnknownStrategy, $"There is no strategy '{Strategy}', only {string.Join(", ", SearchStrategies.Names)}.");
        }

        if (space != SpaceOf(space.Experts, space.Groups))
        {
            throw new SearchException(SearchError.SpaceMismatch, "The space is not one that these options search.");
        }

        Require(space.Experts is >= 1 and <= SearchSpace.MaxExperts, "experts", $"from 1 to {SearchSpace.MaxExperts}");
        Require(space.Groups is >= 1 and <= SearchSpace.MaxGroups, "matrices", $"from 1 to {SearchSpace.MaxGroups}");
        Require(Enum.IsDefined(Granularity), nameof(Granularity), "one of the known ones");
        Require(Enum.IsDefined(Score), nameof(Score), "one of the known ones");
        Require(Population is >= 2 and <= MaxPopulation, nameof(Population), $"from 2 to {MaxPopulation}");
        Require(
            !IdentityInPool || Population > space.Experts + 2,
            nameof(Population),
            "larger than the number of experts plus 2, which are candidates of the first generation");
        Require(MaxGenerations is >= 1 and <= MaxMaxGenerations, nameof(MaxGenerations), $"from 1 to {MaxMaxGenerations}");
        Require(
            (long)space.Size * MaxGenerations <= MaxHistoryWeights,
            nameof(MaxGenerations),
            $"at most {MaxHistoryWeights} / (experts * matrices), which is what a history may hold");
        Require(Patience is >= 0 and <= MaxMaxGenerations, nameof(Patience), $"from 0 to {MaxMaxGenerations}");
        Require(Tolerance is >= 0 and <= double.MaxValue, nameof(Tolerance), "at least 0");
        Require(Min >= 0 && Min < Max && Max <= MaxWeight, nameof(Max), $"above {nameof(Min)}, both from 0 to {MaxWeight}");
        Require(!IdentityInPool || (Min == 0 && Max == 1), nameof(Max), $"1 and {nameof(Min)} 0 with the identity in the pool");
        Require(EliteRatio is > 0 and <= 1, nameof(EliteRatio), "above 0 and at most 1");
        Require(
            Elites >= 2,
            nameof(EliteRatio),
            string.Create(CultureInfo.InvariantCulture, $"so large that two candidates are elite: {EliteRatio} of a population of {Population} is {Elites}; take a larger population or ratio"));
        Require(Smoothing is >= 0 and < 1, nameof(Smoothing), "at least 0 and below 1");
        Require(DeviationFloor >= 0 && DeviationFloor <= Max - Min, nameof(DeviationFloor), $"from 0 to {nameof(Max)} - {nameof(Min)}");
        Require(DeviationFloorDecay is > 0 and <= 1, nameof(DeviationFloorDecay), "above 0 and at most 1");
        Require(HoldOutShare is >= 0 and <= 0.5, nameof(HoldOutShare), "from 0 to 0.5");
    }

    private static void Require(bool condition, string option, string range)
    {
        if (!condition)
        {
            throw new SearchException(SearchError.OptionOutOfRange, $"{option} must be {range}.");
        }
    }
}
