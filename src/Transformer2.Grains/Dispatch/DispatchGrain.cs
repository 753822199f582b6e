using System.Collections.Immutable;
using Orleans.Concurrency;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IDispatchGrain"/>
/// <remarks>
/// The library is asked only for what changed since the version at hand, so a choice is never stale and costs one small call.
/// </remarks>
[StatelessWorker, GrainType("t2.dispatch")]
public sealed class DispatchGrain : Grain, IDispatchGrain
{
    private LibrarySnapshot _library = new(-1, ImmutableDictionary<ExpertId, ContentDigest>.Empty);

    /// <inheritdoc/>
    public async Task<DispatchPlan> Dispatch(ExpertSelection selection)
    {
        switch (selection)
        {
            case ExpertSelection.Base:
                return Plan(DispatchStrategy.Base, []);
            case ExpertSelection.Named named:
                await Refresh();
                return Plan(DispatchStrategy.Expert, [Resolve(named.Expert, 1)]);
            case ExpertSelection.Mixture mixture:
                MixtureRules.Require(mixture);
                await Refresh();
                return Plan(DispatchStrategy.Mixture, [.. mixture.Terms.Select(term => Resolve(term.Expert, term.Weight))]);
            default:
                throw new PlatformException(
                    ErrorReason.AutoNotAvailable,
                    "Choosing experts by the prompt is not available yet; name an expert, a mixture or the base model.");
        }
    }

    private async Task Refresh() =>
        _library = await GrainFactory.GetGrain<IExpertLibraryGrain>(this.GetPrimaryKeyString()).GetSnapshot(_library.Version) ?? _library;

    private DispatchedExpert Resolve(ExpertId id, double weight) =>
        _library.Experts.TryGetValue(id, out var digest) ? new(id, digest, weight) : throw ExpertErrors.NotFound(id);

    private DispatchPlan Plan(string strategy, ImmutableArray<DispatchedExpert> experts) =>
        new(TenantId.Parse(this.GetPrimaryKeyString()), strategy, experts);
}
