using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <summary>State of an <see cref="ExpertLibraryGrain"/>.</summary>
[GenerateSerializer, Alias("t2.ExpertLibraryState")]
public sealed record ExpertLibraryState
{
    /// <summary>Grows with every change, and never falls back.</summary>
    [Id(0)]
    public long Version { get; init; }

    /// <summary>All experts.</summary>
    [Id(1)]
    public ImmutableDictionary<ExpertId, ExpertRecord> Experts { get; init; } = ImmutableDictionary<ExpertId, ExpertRecord>.Empty;

    /// <summary>What jobs have published that may still ask again, by token.</summary>
    [Id(2)]
    public ImmutableDictionary<string, ExpertRecord> Publications { get; init; } = ImmutableDictionary<string, ExpertRecord>.Empty;

    /// <summary>The next state, with one expert put or replaced.</summary>
    public ExpertLibraryState With(ExpertRecord expert) =>
        this with { Version = Version + 1, Experts = Experts.SetItem(expert.Id, expert) };

    /// <summary>The next state, with one expert removed.</summary>
    public ExpertLibraryState Without(ExpertId id) => this with { Version = Version + 1, Experts = Experts.Remove(id) };

    /// <summary>Whether an expert has this content.</summary>
    public bool Uses(ContentDigest digest) => Experts.Values.Any(expert => expert.Content.Digest == digest);

    /// <summary>Whether an expert was made with these questions.</summary>
    public bool UsesQuestions(ContentDigest digest) => Experts.Values.Any(expert => expert.Seen?.Digest == digest);
}
