using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>Which experts a request asks for.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertSelection")]
public abstract record ExpertSelection
{
    private ExpertSelection()
    {
    }

    /// <summary>The base model as it is.</summary>
    [GenerateSerializer, Immutable, Alias("t2.ExpertSelection.Base")]
    public sealed record Base : ExpertSelection;

    /// <summary>One expert.</summary>
    [GenerateSerializer, Immutable, Alias("t2.ExpertSelection.Named")]
    public sealed record Named([property: Id(0)] ExpertId Expert) : ExpertSelection;

    /// <summary>A mixture over effective multipliers, z = sum of weight * z.</summary>
    [GenerateSerializer, Immutable, Alias("t2.ExpertSelection.Mixture")]
    public sealed record Mixture([property: Id(0)] ImmutableArray<MixtureTerm> Terms) : ExpertSelection;

    /// <summary>Whatever fits the prompt.</summary>
    [GenerateSerializer, Immutable, Alias("t2.ExpertSelection.Auto")]
    public sealed record Auto : ExpertSelection;
}

/// <summary>One term of a mixture.</summary>
[GenerateSerializer, Immutable, Alias("t2.MixtureTerm")]
public sealed record MixtureTerm([property: Id(0)] ExpertId Expert, [property: Id(1)] double Weight);
