using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <summary>Turns a policy into a plan, with a library as it is at one moment.</summary>
/// <param name="policy">A policy that leaves nothing open but the strategy, calibration and what has a default of its own.</param>
/// <param name="library">The tenant's experts.</param>
internal sealed class PolicyResolver(DispatchPolicy policy, LibrarySnapshot library)
{
    /// <summary>The plan.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.DispatchRefused"/>: what the policy names is missing, and it refuses then.</exception>
    public DispatchPlan Plan(TenantId tenant, string version)
    {
        var strategy = policy.Strategy ?? (Find(policy.Classifier) is null ? DispatchStrategy.Prompt : DispatchStrategy.Classifier);
        var choice = new AutomaticPlan { Version = version, Fallback = policy.Fallback!.Target is { } target ? Resolve(target, library, out _) : null };
        var plan = new DispatchPlan(tenant, strategy, DispatchTarget.Base);
        return strategy switch
        {
            DispatchStrategy.Mixture => Find(policy.Mixture) is { } mixture
                ? plan with { Target = new([mixture]), Automatic = choice }
                : FallBack(plan, choice),
            DispatchStrategy.Classifier => Find(policy.Classifier) is { } classifier
                ? plan with { Automatic = choice with { Classification = Classification(classifier, policy.Calibrate ?? false) } }
                : FallBack(plan, choice),
            _ => plan with { Automatic = choice with { Classification = Classification(null, policy.Calibrate ?? true) } },
        };
    }

    /// <summary>The contents that a selection names; null if one does not exist, or answers nobody.</summary>
    public static DispatchTarget? Resolve(ExpertSelection selection, LibrarySnapshot library, out ExpertId? missing)
    {
        missing = null;
        ImmutableArray<MixtureTerm> terms = selection switch
        {
            ExpertSelection.Named named => [new(named.Expert, 1)],
            ExpertSelection.Mixture mixture => mixture.Terms,
            _ => [],
        };
        var experts = ImmutableArray.CreateBuilder<DispatchedExpert>(terms.Length);
        foreach (var term in terms)
        {
            if (Find(term.Expert, library) is not { } digest)
            {
                missing = term.Expert;
                return null;
            }

            experts.Add(new(term.Expert, digest, term.Weight));
        }

        return new(experts.MoveToImmutable(), (selection as ExpertSelection.Mixture)?.Composition ?? MixtureRules.Linear);
    }

    private ClassificationPlan Classification(DispatchedExpert? classifier, bool calibrate) => new()
    {
        Categories = [.. policy.Categories!.Value.Select(Plan)],
        Mode = policy.Mode!.Value,
        Classifier = classifier,
        Template = policy.Template,
        Calibrate = calibrate,
        ConfidenceThreshold = policy.ConfidenceThreshold!.Value,
        Composition = policy.Composition!,
        Memoize = policy.Memoize!.Value,
    };

    // A category without a target of its own is answered by the expert of its name; "other" means the fall-back then, anything else a missing expert.
    private PlannedCategory Plan(DispatchCategory category)
    {
        var selection = category.Target ?? (ExpertId.TryParse(category.Name, out var id) ? new ExpertSelection.Named(id) : null);
        var target = selection is null ? null : Resolve(selection, library, out _);
        var isOther = category.Target is null && target is null && category.Name.Equals("other", StringComparison.OrdinalIgnoreCase);
        return new(category.Name, category.Description, target, isOther);
    }

    // A fall-back that is gone itself refuses: its expert was asked for, and the base model must not answer in its name.
    private static DispatchPlan FallBack(DispatchPlan plan, AutomaticPlan choice) => choice.Fallback is { } fallback
        ? plan with { Target = fallback, Automatic = choice with { FallbackReason = DispatchFallbackReason.ExpertMissing } }
        : throw DispatchErrors.Refused(DispatchFallbackReason.ExpertMissing);

    private DispatchedExpert? Find(ExpertId? id) =>
        id is { } named && Find(named, library) is { } digest ? new(named, digest, 1) : null;

    // An expert in quarantine is as good as missing.
    private static ContentDigest? Find(ExpertId id, LibrarySnapshot library) =>
        library.Experts.TryGetValue(id, out var digest) && !library.Quarantined.Contains(id) ? digest : null;
}
