using System.Collections.Immutable;
using System.Text.Json;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Search;
using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Searches mixture weights. The checkpoint is the search's own state after every step, and populations are drawn from seed and generation: so a search that
/// was interrupted finds what it would have found.
/// </summary>
public sealed class FewShotWorker(IInferenceEngine engine, ExpertCache cache) : IAdaptationWorker
{
    /// <inheritdoc/>
    public bool Does(AdaptationJob job) => job is AdaptationJob.FewShot;

    /// <inheritdoc/>
    public async Task<string> Prepare(TenantId tenant, AdaptationJob job, ImmutableArray<AdaptationExpert> experts)
    {
        var search = (AdaptationJob.FewShot)job;
        var vectors = await Load(tenant, experts, CancellationToken.None);
        try
        {
            return ToCheckpoint(MixtureSearch.Start(search.ToSetup(SearchSpace.MatricesOf(vectors).Count)));
        }
        catch (SearchException exception) when (AdaptationFaults.RefusalOf(exception) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public async Task<AdaptationProduct> Run(AdaptationWork work, AdaptationReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(report);
        var vectors = await Load(work.Tenant, work.Experts, cancellationToken);
        var results = new FewShotResults(((AdaptationJob.FewShot)work.Job).Experts, vectors, engine.Model.Layout);
        var state = JsonSerializer.Deserialize<MixtureSearchState>(work.Checkpoint)!;
        var evaluator = new PopulationScorer(engine, vectors, work.Job.ToExamples(), RequestOf(work))
        {
            Progress = new StepProgress(part => report.Show(FewShotProgress.Of(state, part))),
        };
        while (state.Phase != SearchPhase.Finished)
        {
            state = await MixtureSearch.StepAsync(state, evaluator, cancellationToken);
            await report.Advance(new(ToCheckpoint(state), FewShotProgress.Of(state, part: 0), FewShotProgress.Phase(state), results.Of(state)));
        }

        return MixtureFile.Of(state, work.Experts, vectors, engine.Model.Layout) with { FewShot = results.Of(state) };
    }

    /// <inheritdoc/>
    public void CleanUp(TenantId tenant, AdaptationId id)
    {
    }

    private async Task<IReadOnlyList<ExpertVector>> Load(TenantId tenant, ImmutableArray<AdaptationExpert> experts, CancellationToken cancellationToken)
    {
        var loaded = await cache.Load(tenant, [.. experts.Select(expert => new DispatchedExpert(expert.Id, expert.Digest, Weight: 1))], cancellationToken);
        return [.. loaded.Select(member => member.Expert)];
    }

    // Interactive requests go first.
    private static ScoringRequest RequestOf(AdaptationWork work) => new()
    {
        RequestId = AdaptationKey.Of(work.Tenant, work.Id),
        Tenant = work.Tenant.Value,
        Priority = RequestPriority.Background,
        Prompt = new Prompt.Text(""),
        Continuations = [],
    };

    private static string ToCheckpoint(MixtureSearchState state) => JsonSerializer.Serialize(state);

    // Unlike Progress<T>, on the thread that reports.
    private sealed class StepProgress(Action<double> show) : IProgress<double>
    {
        public void Report(double value) => show(value);
    }
}
