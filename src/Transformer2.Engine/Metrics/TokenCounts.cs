using System.Diagnostics.Metrics;

namespace Transformer2.Engine;

/// <summary>
/// Tokens by tenant and expert. Whoever comes first is told apart; further tenants together are <c>other</c>, and so are the experts of further
/// (tenant, expert) pairs. A pair counts as one, because the ids of two tenants' experts have nothing to do with each other. So there are at most
/// 4n + 3 series: n experts, and for each tenant, <c>other</c> included, its base model, its mixtures and its other experts.
/// </summary>
/// <param name="most">Most tenants and most experts told apart, n.</param>
internal sealed class TokenCounts(int most)
{
    /// <summary>The label of what is not told apart.</summary>
    public const string Other = "other";

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Expert), TokenCount> _counts = [];
    private readonly HashSet<string> _tenants = [];
    private int _experts;

    /// <summary>The count that requests of a tenant with an expert belong to.</summary>
    public TokenCount Of(string tenant, string expert)
    {
        lock (_gate)
        {
            if (_counts.TryGetValue((tenant, expert), out var known)) return known;
            if (!_tenants.Contains(tenant) && (_tenants.Count >= most || !_tenants.Add(tenant))) tenant = Other;
            var named = expert is not (ExpertLabels.Base or ExpertLabels.Mixture);
            if (named && (tenant == Other || _experts >= most)) (expert, named) = (Other, false);
            if (_counts.TryGetValue((tenant, expert), out var shared)) return shared;
            if (named) _experts++;
            return _counts[(tenant, expert)] = new TokenCount(tenant, expert);
        }
    }

    /// <summary>Prompt tokens so far.</summary>
    public IEnumerable<Measurement<long>> Prompt() => Read(static count => count.Prompt);

    /// <summary>Generated tokens so far.</summary>
    public IEnumerable<Measurement<long>> Generated() => Read(static count => count.Generated);

    private Measurement<long>[] Read(Func<TokenCount, long> read)
    {
        lock (_gate) return [.. _counts.Values.Select(count => new Measurement<long>(read(count), count.Labels))];
    }
}

/// <summary>The tokens of one tenant with one expert. Any thread adds and reads.</summary>
internal sealed class TokenCount(string tenant, string expert)
{
    private long _prompt;
    private long _generated;

    /// <summary>Its labels.</summary>
    public KeyValuePair<string, object?>[] Labels { get; } = [new("tenant", tenant), new("expert", expert)];

    /// <summary>Prompt tokens.</summary>
    public long Prompt => Interlocked.Read(ref _prompt);

    /// <summary>Generated tokens.</summary>
    public long Generated => Interlocked.Read(ref _generated);

    public void AddPrompt(int tokens) => Interlocked.Add(ref _prompt, tokens);

    public void AddGenerated(int tokens) => Interlocked.Add(ref _generated, tokens);
}
