namespace Transformer2.Engine;

/// <summary>
/// Draws tokens for one sequence: penalties, then the filters of <see cref="TokenDistribution"/>, then one uniform number of the sequence's own generator
/// decides. Draws depend on the options, the sequence's tokens and its logits only.
/// </summary>
internal sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly ulong _seed;
    private readonly SeededGenerator _generator;
    private readonly TokenPenalties _penalties;

    public Sampler(SamplingOptions options, ReadOnlySpan<int> prompt, ulong fallbackSeed)
        : this(options, options.Seed ?? fallbackSeed, new TokenPenalties(options, prompt))
    {
    }

    private Sampler(SamplingOptions options, ulong seed, TokenPenalties penalties) =>
        (_options, _seed, _generator, _penalties) = (options, seed, new SeededGenerator(seed), penalties);

    /// <summary>The sampler of another answer to the same prompt, with a seed of its own.</summary>
    /// <param name="answer">The answer's number, above 0: answer 0 has the request's seed.</param>
    public Sampler Sibling(int answer) => new(_options, SeededGenerator.Derive(_seed, answer), _penalties.Sibling());

    /// <summary>Draws the next token and counts it.</summary>
    /// <param name="logits">[vocabulary], finite; changed in place.</param>
    /// <param name="forbidden">Tokens that must not be drawn.</param>
    public int Next(Span<float> logits, IReadOnlySet<int>? forbidden = null)
    {
        _penalties.Apply(logits);
        if (forbidden is not null) Forbid(logits, forbidden);
        var token = Draw(logits);
        Count(token);
        return token;
    }

    /// <summary>What <see cref="Next"/> draws from where the temperature is above 0.</summary>
    /// <inheritdoc cref="Next"/>
    public TokenDistribution Distribution(Span<float> logits)
    {
        _penalties.Apply(logits);
        return TokenDistribution.Of(logits, _options);
    }

    /// <summary>Counts a token of the answer.</summary>
    public void Count(int token) => _penalties.Count(token);

    private int Draw(Span<float> logits)
    {
        if (_options.Temperature == 0) return Scores.ArgMax(logits);
        using var distribution = TokenDistribution.Of(logits, _options);
        return distribution.Draw(_generator.NextDouble());
    }

    private static void Forbid(Span<float> logits, IReadOnlySet<int> tokens)
    {
        foreach (var id in tokens)
        {
            // A model may name an end of answers that its vocabulary does not have.
            if ((uint)id < (uint)logits.Length) logits[id] = float.NegativeInfinity;
        }
    }
}
