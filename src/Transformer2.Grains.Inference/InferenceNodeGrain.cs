using System.Runtime.CompilerServices;
using Orleans.Concurrency;
using Orleans.Placement;
using Transformer2.Abstractions;
using Transformer2.Engine;

namespace Transformer2.Grains.Inference;

/// <inheritdoc cref="IInferenceNodeGrain"/>
/// <remarks>Never collected when idle: between two reads of a slow client nothing runs here, and its stream would be gone.</remarks>
[Reentrant, Immovable, KeepAlive, GrainType("t2.node")]
public sealed class InferenceNodeGrain(
    IInferenceEngine engine, Dispatcher dispatcher, DispatchMetrics metrics, InFlightGenerations inFlight) : Grain, IInferenceNodeGrain
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationEventRecord> Generate(
        DispatchPlan plan, GenerationSpec spec, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        CallerScope.RequireTenant(plan.Tenant.Value);
        using var running = inFlight.Enter();

        // Off the grain's turns: both passes read the prompt, and a long one must not hold up the other streams of this grain.
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (dispatched, events, first) = await Task.Run(() => Begin(plan, spec, abandoned.Token), CancellationToken.None);
        try
        {
            yield return new GenerationEventRecord.Dispatched(dispatched.Outcome);
            var more = await first;
            while (more)
            {
                if (dispatched.Outcome.IsAutomatic && events.Current is GenerationCompleted end)
                    metrics.FirstToken(dispatched, end.Timings.FirstToken);
                yield return events.Current.ToRecord();
                more = await Next(events);
            }
        }
        finally
        {
            // The first event may still be on its way when the stream is given up.
            await abandoned.CancelAsync();
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await events.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async Task<DispatchOutcome> Dispatch(DispatchPlan plan, GenerationSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        CallerScope.RequireTenant(plan.Tenant.Value);
        using var running = inFlight.Enter();
        return (await Task.Run(() => dispatcher.DispatchAsync(plan, spec, generates: false, cancellationToken), CancellationToken.None)).Outcome;
    }

    /// <inheritdoc/>
    public Task<ModelRecord> GetModel() => Task.FromResult(engine.Model.ToRecord());

    /// <inheritdoc/>
    public Task<NodeStatusRecord> GetStatus() => Task.FromResult(engine.Status.ToRecord());

    // Who answers, the answer, and whether it has an event: that is waited for later.
    private async Task<(Dispatched, IAsyncEnumerator<GenerationEvent>, Task<bool>)> Begin(
        DispatchPlan plan, GenerationSpec spec, CancellationToken cancellationToken)
    {
        var dispatched = await dispatcher.DispatchAsync(plan, spec, generates: true, cancellationToken);
        var answer = dispatched.Begun?.ReadAsync(cancellationToken) ?? engine.GenerateAsync(spec.ToRequest(plan.Tenant, dispatched), cancellationToken);
        var events = answer.GetAsyncEnumerator(cancellationToken);
        return (dispatched, events, Next(events).AsTask());
    }

    // An iterator must not yield inside a try block that catches.
    private static async ValueTask<bool> Next(IAsyncEnumerator<GenerationEvent> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (EngineException exception)
        {
            throw exception.ToPlatformException();
        }
    }
}
