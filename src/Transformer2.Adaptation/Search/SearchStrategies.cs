namespace Transformer2.Adaptation.Search;

/// <summary>The strategies that there are.</summary>
public static class SearchStrategies
{
    private static readonly Dictionary<string, Func<SearchOptions, SearchSpace, ulong, ISearchStrategy>> All = new()
    {
        [CrossEntropyMethod.Name] = (options, space, seed) => new CrossEntropyMethod(options, space, seed),
        [RandomShooting.Name] = (options, space, seed) => new RandomShooting(options, space, seed),
        [UniformMixture.Name] = (_, space, _) => new UniformMixture(space),
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>The strategy that the options name.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="space">What is searched.</param>
    /// <param name="seed">Names the random numbers.</param>
    /// <exception cref="SearchException">The options or the space are not valid.</exception>
    public static ISearchStrategy Create(SearchOptions options, SearchSpace space, ulong seed)
    {
        options.Validate(space);
        return All[options.Strategy](options, space, seed);
    }
}
