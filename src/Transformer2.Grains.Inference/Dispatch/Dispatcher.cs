using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Classification;
using Transformer2.Adaptation.Composition;
using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>Who answers a prompt, and the composed expert of that answer.</summary>
/// <param name="Outcome">The choice and its reasons.</param>
/// <param name="Expert">The effective multipliers; the identity is the base model.</param>
public sealed record Dispatched(DispatchOutcome Outcome, ExpertVector Expert)
{
    /// <summary>The answer, if it has begun already. The caller's: to be read or disposed.</summary>
    public BegunGeneration? Begun { get; init; }
}

/// <summary>
/// Carries a plan out beside the model: pass 1 where there is one, the fall-back where it is needed, and the composition of what answers.
/// </summary>
public sealed class Dispatcher(
    IInferenceEngine engine, ExpertCache experts, DispatchMemory memory, DispatchMetrics metrics, TimeProvider time, IOptions<InferenceNodeOptions> options)
{
    // The part of the rows that guesses may find taken.
    private const double BusyForGuesses = 0.25;

    private readonly PromptClassifier _classifier = new(engine);

    /// <summary>Settles who answers.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="spec">The request.</param>
    /// <param name="generates">An answer follows: it may begin before the choice is made.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PlatformException">
    /// The request names an expert that cannot be used; the policy refuses; or the engine does not take the request.
    /// </exception>
    public async Task<Dispatched> DispatchAsync(DispatchPlan plan, GenerationSpec spec, bool generates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(spec);
        if (plan.Automatic is not { } automatic)
        {
            var chosen = new DispatchOutcome { Strategy = plan.Strategy, Target = plan.Target };
            return new(chosen, await Compose(plan.Tenant, plan.Target, cancellationToken));
        }

        var started = time.GetTimestamp();
        await using var speculation = new Speculation();
        var decision = automatic.Classification is { } classification
            ? await Decide(plan, classification, spec, generates ? speculation : null, cancellationToken)
            : new Decision { Target = plan.Target, FallbackReason = automatic.FallbackReason };
        var dispatched = await Follow(plan, decision, time.GetElapsedTime(started), cancellationToken);
        metrics.Decided(dispatched.Outcome);
        if (!speculation.HasBegun)
            return dispatched;
        dispatched = dispatched with { Begun = speculation.Take(dispatched.Expert) };
        metrics.Speculated(wasRight: dispatched.Begun is not null);
        return dispatched;
    }

    // The composed expert of the decision; of the fall-back where the decision's cannot be used.
    private async Task<Dispatched> Follow(DispatchPlan plan, Decision decision, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var automatic = plan.Automatic!;
        var outcome = new DispatchOutcome
        {
            Strategy = plan.Strategy,
            Target = decision.Target ?? automatic.Fallback ?? throw DispatchErrors.Refused(decision.FallbackReason, decision.Category, decision.Categories),
            Version = automatic.Version,
            Categories = decision.Categories,
            Category = decision.Category,
            FallbackReason = decision.FallbackReason,
            Elapsed = elapsed,
            IsMemoized = decision.IsMemoized,
            Template = decision.Template,
        };
        try
        {
            var expert = decision.Parts.IsEmpty
                ? await Compose(plan.Tenant, outcome.Target, cancellationToken)
                : await Compose(plan.Tenant, decision.Parts, outcome.Target.Composition, cancellationToken);
            return new(outcome, expert);
        }
        catch (PlatformException) when (decision.FallbackReason == DispatchFallbackReason.None)
        {
            var fallback = automatic.Fallback ?? throw DispatchErrors.Refused(DispatchFallbackReason.ExpertFailed, decision.Category, decision.Categories);
            return new(
                outcome with { Target = fallback, FallbackReason = DispatchFallbackReason.ExpertFailed },
                await Compose(plan.Tenant, fallback, cancellationToken));
        }
    }

    private async Task<Decision> Decide(
        DispatchPlan plan, ClassificationPlan classification, GenerationSpec spec, Speculation? speculation, CancellationToken cancellationToken)
    {
        var keys = classification.Memoize ? MemoryKey.Of(plan, spec) : [];
        if (memory.Find(keys) is { } known)
            return known with { IsMemoized = true };
        var decision = await Classify(plan, classification, spec, speculation, cancellationToken);
        if (keys is [.., var key])
            memory.Remember(key, decision);
        return decision;
    }

    private async Task<Decision> Classify(
        DispatchPlan plan, ClassificationPlan classification, GenerationSpec spec, Speculation? speculation, CancellationToken cancellationToken)
    {
        try
        {
            var request = await Request(plan, classification, spec, cancellationToken);
            var decision = classification.Mode == ClassificationMode.Generate
                ? await ByAnswer(classification, request, cancellationToken)
                : await ByLabels(plan, classification, request, spec, speculation, cancellationToken);
            return decision with { Template = $"{request.Template.Name}/{request.Template.Version}" };
        }
        catch (EngineException exception) when (exception.Reason != EngineError.NonFiniteLogits)
        {
            throw exception.ToPlatformException();
        }
        catch (Exception exception) when (
            exception is EngineException || (exception is PlatformException { Reason: not ErrorReason.Internal } && classification.Classifier is not null))
        {
            // The classification expert cannot be used; it is not the prompt's fault.
            return new() { FallbackReason = DispatchFallbackReason.ExpertFailed };
        }
        catch (ClassificationException exception)
        {
            throw new PlatformException(ErrorReason.InvalidPolicy, exception.Message, ("field", "template"));
        }
    }

    private async Task<ClassificationRequest> Request(
        DispatchPlan plan, ClassificationPlan classification, GenerationSpec spec, CancellationToken cancellationToken)
    {
        IReadOnlyList<WeightedExpert> classifier = classification.Classifier is { } named ? await experts.Load(plan.Tenant, [named], cancellationToken) : [];
        return new()
        {
            RequestId = spec.RequestId,
            Tenant = plan.Tenant.Value,
            Priority = spec.Priority.ToPriority(),
            Deadline = spec.Deadline,
            Experts = classifier,
            ExpertLabel = classification.Classifier?.Id.Value ?? ExpertLabels.Base,
            Template = classification.Template?.ToTemplate() ?? ClassificationTemplates.Default(engine.Model.Id),
            Categories = [.. classification.Categories.Select(category => new ClassificationCategory(category.Name, category.Description, category.Target is not null))],
            Text = spec.Text ?? spec.Messages.LastOrDefault(turn => turn.Role == "user")?.Content ?? spec.Messages[^1].Content,
        };
    }

    private async Task<Decision> ByAnswer(ClassificationPlan classification, ClassificationRequest request, CancellationToken cancellationToken)
    {
        var label = await _classifier.AnswerAsync(request, cancellationToken);
        var scores = label is null
            ? ImmutableArray<CategoryScore>.Empty
            : [.. classification.Categories.Select(category => new CategoryScore(
                category.Name, category.Name == label ? 1 : 0, double.NaN, category.Target?.Experts ?? []))];
        return Decide(classification, DispatchRule.FromLabel(request.Categories, label), scores);
    }

    private async Task<Decision> ByLabels(
        DispatchPlan plan,
        ClassificationPlan classification,
        ClassificationRequest request,
        GenerationSpec spec,
        Speculation? speculation,
        CancellationToken cancellationToken)
    {
        var key = MemoryKey.Of(plan.Tenant, classification);
        var recent = memory.Recent(key);
        if (speculation is not null && await Guess(plan, classification, spec, recent, cancellationToken) is { } guess)
            request = request with { Speculations = [guess] };
        var (scores, begun) = await _classifier.ScoreAsync(request, cancellationToken);
        speculation?.Add(begun);
        double[][] neutral = classification.Calibrate
            ? await memory.Calibration(key, () => _classifier.ScoreCalibrationAsync(request, cancellationToken))
            : [];
        var probabilities = LabelScores.Probabilities(LabelScores.Calibrate(scores, neutral));
        var decision = Decide(
            classification,
            DispatchRule.FromProbabilities(request.Categories, probabilities, classification.ConfidenceThreshold),
            [.. classification.Categories.Select((category, i) => new CategoryScore(category.Name, probabilities[i], scores[i], category.Target?.Experts ?? []))]);
        if (decision.Category is { } category)
            recent.Add(decision.Target is null ? "" : category);
        return decision;
    }

    // The answer that will probably be asked for; null where the node has better things to do, or where all categories have a part in it.
    private async Task<GenerationRequest?> Guess(
        DispatchPlan plan, ClassificationPlan classification, GenerationSpec spec, RecentChoices recent, CancellationToken cancellationToken)
    {
        var status = engine.Status;
        if (!options.Value.SpeculativeDispatch || classification.Composition != DispatchPolicies.Top
            || status.WaitingSequences > 0 || status.RunningSequences > status.MaxSequences * BusyForGuesses || recent.MostFrequent is not { } guess)
        {
            return null;
        }

        // What stands for a fall-back is no category's name.
        var target = classification.Categories.FirstOrDefault(category => category.Name == guess)?.Target ?? plan.Automatic!.Fallback;
        if (target is null)
            return null;
        try
        {
            var expert = await Compose(plan.Tenant, target, cancellationToken);
            return spec.ToRequest(plan.Tenant, new(new DispatchOutcome { Strategy = plan.Strategy, Target = target }, expert));
        }
        catch (PlatformException)
        {
            return null;
        }
    }

    private static Decision Decide(ClassificationPlan classification, DispatchDecision decision, ImmutableArray<CategoryScore> scores)
    {
        var chosen = classification.Categories.FirstOrDefault(category => category.Name == decision.Category?.Name);
        var reason = decision.Fallback.ToReason();
        var known = new Decision { Categories = scores, Category = chosen?.Name, FallbackReason = reason };
        if (reason != DispatchFallbackReason.None)
            return known;
        if (classification.Composition == DispatchPolicies.Top)
            return known with { Target = chosen!.Target };

        // A category without experts is the base model's.
        var none = new DispatchTarget([], CompositionOperators.Linear);
        return known with
        {
            Target = All(classification, scores),
            Parts = [.. classification.Categories.Select((category, i) => new DecisionPart(category.Target ?? none, scores[i].Probability))],
        };
    }

    // All categories' experts with the categories' probabilities.
    private static DispatchTarget All(ClassificationPlan classification, ImmutableArray<CategoryScore> scores)
    {
        var experts = classification.Categories
            .SelectMany((category, i) => (category.Target?.Experts ?? []).Select(expert => expert with { Weight = expert.Weight * scores[i].Probability }))
            .GroupBy(expert => expert.Id)
            .Select(same => same.First() with { Weight = same.Sum(expert => expert.Weight) });
        return new([.. experts], classification.Composition);
    }

    private async Task<ExpertVector> Compose(TenantId tenant, DispatchTarget target, CancellationToken cancellationToken)
    {
        if (target.Experts.IsEmpty)
            return ExpertVector.Identity;
        return Compose(await experts.Load(tenant, target.Experts, cancellationToken), target.Composition);
    }

    // Each category's experts by the category's own operator, and these by the policy's.
    private async Task<ExpertVector> Compose(TenantId tenant, ImmutableArray<DecisionPart> parts, string operation, CancellationToken cancellationToken)
    {
        var members = new List<WeightedExpert>(parts.Length);
        foreach (var part in parts)
            members.Add(new(await Compose(tenant, part.Target, cancellationToken), part.Weight));
        return Compose(members, operation);
    }

    private static ExpertVector Compose(IReadOnlyList<WeightedExpert> members, string operation)
    {
        var composition = CompositionOperators.Find(operation)
            ?? throw new PlatformException(ErrorReason.InvalidMixture, $"There is no composition '{operation}'.");
        try
        {
            var expert = composition.Compose(members);
            _ = expert.Digest; // computed once, and here, so that the model thread need not
            return expert;
        }
        catch (ExpertCompositionException exception)
        {
            throw new PlatformException(ErrorReason.InvalidMixture, exception.Message);
        }
    }
}
