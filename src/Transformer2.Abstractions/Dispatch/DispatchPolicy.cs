using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>
/// How a tenant's prompts are dispatched when the platform chooses (selection <c>auto</c>). What a policy leaves open (null) is what the one below it
/// says: a request's policy lies over the tenant's, the tenant's over the platform's (<see cref="DispatchPolicies.Default"/>).
/// </summary>
[GenerateSerializer, Immutable, Alias("t2.DispatchPolicy")]
public sealed record DispatchPolicy
{
    /// <summary>
    /// <see cref="DispatchStrategy.Prompt"/>, <see cref="DispatchStrategy.Classifier"/> or <see cref="DispatchStrategy.Mixture"/>. Where no policy says:
    /// classifier if the library has the classification expert, else prompt.
    /// </summary>
    [Id(0)]
    public string? Strategy { get; init; }

    /// <summary>What prompts are told apart into; of equal scores the first one is chosen.</summary>
    [Id(1)]
    public ImmutableArray<DispatchCategory>? Categories { get; init; }

    /// <summary>Who answers when no category's experts can, or should.</summary>
    [Id(2)]
    public DispatchFallback? Fallback { get; init; }

    /// <summary>A category is chosen only with at least this probability, in [0, 1].</summary>
    [Id(3)]
    public double? ConfidenceThreshold { get; init; }

    /// <summary>How pass 1 asks the model.</summary>
    [Id(4)]
    public ClassificationMode? Mode { get; init; }

    /// <summary>The classification expert, which adapts pass 1 in strategy classifier.</summary>
    [Id(5)]
    public ExpertId? Classifier { get; init; }

    /// <summary>The expert that answers in strategy mixture: the result of a few-shot search.</summary>
    [Id(6)]
    public ExpertId? Mixture { get; init; }

    /// <summary>
    /// <see cref="DispatchPolicies.Top"/>: the most probable category's experts answer; or the name of a composition operator, which composes the experts
    /// of all categories with the categories' probabilities as weights.
    /// </summary>
    [Id(7)]
    public string? Composition { get; init; }

    /// <summary>How pass 1 words its question; null is the model's own.</summary>
    [Id(8)]
    public DispatchTemplate? Template { get; init; }

    /// <summary>Whether labels' prior probabilities are taken off; where no policy says: in strategy prompt.</summary>
    [Id(9)]
    public bool? Calibrate { get; init; }

    /// <summary>Whether equal prompts, and the turns of a conversation, are decided once.</summary>
    [Id(10)]
    public bool? Memoize { get; init; }

    /// <summary>This policy, and where it leaves something open, the one below.</summary>
    public DispatchPolicy Over(DispatchPolicy below)
    {
        ArgumentNullException.ThrowIfNull(below);
        return new()
        {
            Strategy = Strategy ?? below.Strategy,
            Categories = Categories ?? below.Categories,
            Fallback = Fallback ?? below.Fallback,
            ConfidenceThreshold = ConfidenceThreshold ?? below.ConfidenceThreshold,
            Mode = Mode ?? below.Mode,
            Classifier = Classifier ?? below.Classifier,
            Mixture = Mixture ?? below.Mixture,
            Composition = Composition ?? below.Composition,
            Template = Template ?? below.Template,
            Calibrate = Calibrate ?? below.Calibrate,
            Memoize = Memoize ?? below.Memoize,
        };
    }
}

/// <summary>A kind of prompts.</summary>
/// <param name="Name">The label that pass 1 tells it by.</param>
/// <param name="Description">What belongs to it, for the template's list of categories.</param>
/// <param name="Target">Who answers: the base model, an expert or a mixture; null is the expert of the category's name, if there is one.</param>
[GenerateSerializer, Immutable, Alias("t2.DispatchCategory")]
public sealed record DispatchCategory(
    [property: Id(0)] string Name,
    [property: Id(1)] string Description,
    [property: Id(2)] ExpertSelection? Target = null);

/// <summary>Who answers when no category's experts do.</summary>
/// <param name="Target">The base model, an expert or a mixture; null refuses the request.</param>
[GenerateSerializer, Immutable, Alias("t2.DispatchFallback")]
public sealed record DispatchFallback([property: Id(0)] ExpertSelection? Target);

/// <summary>A classification template; see Transformer2.Adaptation's, which checks it.</summary>
[GenerateSerializer, Immutable, Alias("t2.DispatchTemplate")]
public sealed record DispatchTemplate(
    [property: Id(0)] string Name,
    [property: Id(1)] int Version,
    [property: Id(2)] string? System,
    [property: Id(3)] string User,
    [property: Id(4)] string AnswerPrefix,
    [property: Id(5)] string Suffix);

/// <summary>How pass 1 asks the model for a category.</summary>
[GenerateSerializer, Alias("t2.ClassificationMode")]
public enum ClassificationMode
{
    /// <summary>The probabilities of the labels, from one prefill; nothing is generated.</summary>
    Labels,

    /// <summary>The model answers in words, and the label is read from its answer: the paper's way.</summary>
    Generate,
}
