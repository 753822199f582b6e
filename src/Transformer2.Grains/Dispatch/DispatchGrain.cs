using System.Collections.Immutable;
using System.Globalization;
using Orleans.Concurrency;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IDispatchGrain"/>
/// <remarks>
/// Library and policy are asked only for what changed since the versions at hand, so a plan is never stale and costs one small call each.
/// </remarks>
[StatelessWorker, GrainType("t2.dispatch")]
public sealed class DispatchGrain : Grain, IDispatchGrain
{
    private LibrarySnapshot _library = new(-1, ImmutableDictionary<ExpertId, ContentDigest>.Empty);
    private VersionedPolicy _policy = new(-1, new());

    private string Tenant => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public async Task<DispatchPlan> Dispatch(ExpertSelection selection)
    {
        switch (selection)
        {
            case ExpertSelection.Base:
                return Plan(DispatchStrategy.Base, DispatchTarget.Base);
            case ExpertSelection.Named:
                await RefreshLibrary();
                return Plan(DispatchStrategy.Expert, Resolve(selection));
            case ExpertSelection.Mixture mixture:
                MixtureRules.Require(mixture);
                await RefreshLibrary();
                return Plan(DispatchStrategy.Mixture, Resolve(selection));
            case ExpertSelection.Auto auto:
                DispatchPolicies.Require(auto.Policy ?? new());
                await Task.WhenAll(RefreshLibrary(), RefreshPolicy());
                return Plan((auto.Policy ?? new()).Over(_policy.Policy).Over(DispatchPolicies.Default));
            default:
                throw new ArgumentException($"Unknown selection {selection.GetType().Name}.", nameof(selection));
        }
    }

    private DispatchPlan Plan(DispatchPolicy policy)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"library/{_library.Version} policy/{_policy.Version}");
        return new PolicyResolver(policy, _library).Plan(TenantId.Parse(Tenant), version);
    }

    private async Task RefreshLibrary() =>
        _library = await GrainFactory.GetGrain<IExpertLibraryGrain>(Tenant).GetSnapshot(_library.Version) ?? _library;

    private async Task RefreshPolicy() =>
        _policy = await GrainFactory.GetGrain<IDispatchPolicyGrain>(Tenant).GetSnapshot(_policy.Version) ?? _policy;

    // A request that names an expert gets it, or an error: never another answer.
    private DispatchTarget Resolve(ExpertSelection selection) =>
        PolicyResolver.Resolve(selection, _library, out var missing)
        ?? throw (_library.Quarantined.Contains(missing!.Value) ? ExpertErrors.Quarantined(missing.Value) : ExpertErrors.NotFound(missing.Value));

    private DispatchPlan Plan(string strategy, DispatchTarget target) => new(TenantId.Parse(Tenant), strategy, target);
}
