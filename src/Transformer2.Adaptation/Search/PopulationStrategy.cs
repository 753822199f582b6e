namespace Transformer2.Adaptation.Search;

/// <summary>
/// What population searches have in common. A generation is the best candidate so far, to be scored again, then the fixed candidates of
/// <see cref="SearchOptions.IdentityInPool"/>, then random ones.
/// </summary>
/// <param name="options">The settings.</param>
/// <param name="space">What is searched.</param>
/// <param name="seed">Names the random numbers.</param>
internal abstract class PopulationStrategy(SearchOptions options, SearchSpace space, ulong seed) : ISearchStrategy
{
    /// <summary>The settings.</summary>
    protected SearchOptions Options { get; } = options;

    /// <summary>What is searched.</summary>
    protected SearchSpace Space { get; } = space;

    /// <inheritdoc/>
    public StrategyState Start()
    {
        // With the identity in the pool "uniform" has it as one more member.
        var mean = new double[Space.Size];
        Array.Fill(mean, 1.0 / (Space.WithIdentity ? Space.Experts + 1 : Space.Experts));
        var deviation = new double[Space.Size];
        Array.Fill(deviation, (Options.Max - Options.Min) / 2);
        var start = Feasible(mean);
        return new StrategyState
        {
            Generation = 0,
            Mean = start.Weights,
            Deviation = deviation,
            Best = Space.WithIdentity ? Space.Identity() : start,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<Candidate> Ask(StrategyState state)
    {
        List<Candidate> population = [state.Best];
        if (Space.WithIdentity && state.Generation == 0)
        {
            population.AddRange(Enumerable.Range(0, Space.Experts).Select(Space.Alone));
            population.Add(Space.Uniform());
        }
        else if (Space.WithIdentity)
        {
            population.Add(Space.Identity());
        }

        var generator = SeededGenerator.ForGeneration(seed, state.Generation);
        while (population.Count < Options.Population)
        {
            population.Add(Feasible(Draw(state, generator)));
        }

        return population;
    }

    /// <inheritdoc/>
    public StrategyState Tell(StrategyState state, IReadOnlyList<Candidate> population, IReadOnlyList<CandidateScore> scores)
    {
        var ranked = Ranking.OfGeneration(population, scores);
        var best = Ranking.Best(ranked, scores);
        var (mean, deviation) = Learn(state, [.. ranked.Select(i => population[i])], population[best]);
        var rises = !(scores[best].Value <= state.Milestone + Options.Tolerance);
        var stale = rises ? 0 : state.Stale + 1;
        var generation = state.Generation + 1;
        return new StrategyState
        {
            Generation = generation,
            Mean = mean,
            Deviation = deviation,
            Best = population[best],
            BestScore = scores[best],
            Milestone = rises ? scores[best].Value : state.Milestone,
            Stale = stale,
            Finished = generation >= Options.MaxGenerations || (Options.Patience > 0 && stale >= Options.Patience),
        };
    }

    /// <summary>Random weights, before they are moved into what is allowed.</summary>
    protected abstract double[] Draw(StrategyState state, SeededGenerator generator);

    /// <summary>The next distribution.</summary>
    /// <param name="state">The state that was asked.</param>
    /// <param name="ranked">The candidates with a finite score, by falling value.</param>
    /// <param name="best">The best of them.</param>
    protected abstract (IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation) Learn(
        StrategyState state, IReadOnlyList<Candidate> ranked, Candidate best);

    private Candidate Feasible(double[] weights)
    {
        if (Space.WithIdentity)
        {
            Simplex.Project(weights, Space.Groups);
        }
        else
        {
            for (var i = 0; i < weights.Length; i++) weights[i] = Math.Clamp(weights[i], Options.Min, Options.Max);
        }

        return new Candidate(Space, weights);
    }
}
