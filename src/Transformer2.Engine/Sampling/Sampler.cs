namespace Transformer2.Engine;

/// <summary>
/// Draws tokens for one sequence: penalties, then the filters of <see cref="TokenDistribution"/>, then one uniform number of the sequence's own generator
/// decides. Draws depend on the options, the sequence's tokens and its logits only.
/// </summary>
internal sealed class Sampler(SamplingOptions options, ReadOnlySpan<int> prompt, ulong fallbackSeed)
{
    private readonly SeededGenerator _generator = new(options.Seed ?? fallbackSeed);
    private readonly TokenPenalties _penalties = new(options, prompt);

    /// <summary>Draws the next token and counts it.</summary>
    /// <param name="logits">[vocabulary], finite; changed in place.</param>
    public int Next(Span<float> logits)
    {
        var distribution = Distribution(logits);
        var token = options.Temperature == 0 ? distribution.Ids[0] : distribution.Draw(_generator.NextDouble());
        Count(token);
        return token;
    }

    /// <summary>What <see cref="Next"/> draws from.</summary>
    /// <inheritdoc cref="Next"/>
    public TokenDistribution Distribution(Span<float> logits)
    {
        _penalties.Apply(logits);
        return TokenDistribution.Of(logits, options);
    }

    /// <summary>Counts a token of the answer.</summary>
    public void Count(int token) => _penalties.Count(token);
}
