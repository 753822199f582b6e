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

        // Off the grain's turns: pass 1 reads the prompt, and a long one must not hold up the other streams of this grain.
        var dispatched = await Task.Run(() => dispatcher.DispatchAsync(plan, spec, cancellationToken), CancellationToken.None);
        yield return new GenerationEventRecord.Dispatched(dispatched.Outcome);
        await using var events = engine.GenerateAsync(spec.ToRequest(plan.Tenant, dispatched), cancellationToken).GetAsyncEnumerator(cancellationToken);

        // So does the engine, in the first step.
        var more = await Task.Run(() => Next(events).AsTask(), CancellationToken.None);
        while (more)
        {
            if (dispatched.Outcome.IsAutomatic && events.Current is GenerationCompleted end)
                metrics.FirstToken(dispatched.Outcome.Elapsed, end.Timings.FirstToken);
            yield return events.Current.ToRecord();
            more = await Next(events);
        }
    }

    /// <inheritdoc/>
    public async Task<DispatchOutcome> Dispatch(DispatchPlan plan, GenerationSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        CallerScope.RequireTenant(plan.Tenant.Value);
        using var running = inFlight.Enter();
        return (await Task.Run(() => dispatcher.DispatchAsync(plan, spec, cancellationToken), CancellationToken.None)).Outcome;
    }

    /// <inheritdoc/>
    public Task<ModelRecord> GetModel() => Task.FromResult(engine.Model.ToRecord());

    /// <inheritdoc/>
    public Task<NodeStatusRecord> GetStatus() => Task.FromResult(engine.Status.ToRecord());

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
