using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

/// <summary>Which experts a request asks for.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertSelection")]
[JsonDerivedType(typeof(Base), "base"), JsonDerivedType(typeof(Named), "expert"), JsonDerivedType(typeof(Mixture), "mixture"), JsonDerivedType(typeof(Auto), "auto")]
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

    /// <summary>A mixture over effective multipliers.</summary>
    [GenerateSerializer, Immutable, Alias("t2.ExpertSelection.Mixture")]
    public sealed record Mixture([property: Id(0)] ImmutableArray<MixtureTerm> Terms) : ExpertSelection
    {
        /// <summary>The name of the operator that composes the terms.</summary>
        [Id(1)]
        public string Composition { get; init; } = MixtureRules.Linear;
    }

    /// <summary>Whatever fits the prompt.</summary>
    /// <param name="Policy">What the request wants otherwise than the tenant's policy says.</param>
    [GenerateSerializer, Immutable, Alias("t2.ExpertSelection.Auto")]
    public sealed record Auto([property: Id(0)] DispatchPolicy? Policy = null) : ExpertSelection;
}

/// <summary>One term of a mixture.</summary>
[GenerateSerializer, Immutable, Alias("t2.MixtureTerm")]
public sealed record MixtureTerm([property: Id(0)] ExpertId Expert, [property: Id(1)] double Weight);
