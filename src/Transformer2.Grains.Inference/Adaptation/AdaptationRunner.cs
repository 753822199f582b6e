using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>Runs one job from its checkpoint to its end.</summary>
public sealed class AdaptationRunner(IGrainFactory grains, AdaptationWorkers workers, TimeProvider time, ILogger<AdaptationRunner> logger)
{
    private const int Attempts = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Runs a job. Cancelling leaves it as it was last stored: whether it is cancelled or suspended, its grain knows.</summary>
    public async Task Run(AdaptationTicket ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        CallerScope.EnterTenant(ticket.Tenant);
        var job = grains.GetGrain<IAdaptationRunGrain>(AdaptationKey.Of(ticket.Tenant, ticket.Id));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            AdaptationWork? work = null;
            try
            {
                work = await job.Begin();
                if (work is not null)
                    await job.Complete(work.Turn, await workers.For(work.Job).Run(work, new(job, work.Turn, time, ended), ended.Token));
                return;
            }
            catch (Exception) when (ended.IsCancellationRequested)
            {
                await Leave(job, work);
                return;
            }
            catch (Exception exception) when (AdaptationFaults.RefusalOf(exception) is { } refusal)
            {
                // An engine that does not run any more is not the job's fault: the server that is started next takes it up again.
                if (refusal.Reason == ErrorReason.EngineUnavailable)
                    throw;
                await job.Fail(work!.Turn, AdaptationError.Of(refusal));
                return;
            }
            catch (Exception exception)
            {
                InferenceLog.AdaptationInterrupted(logger, ticket.Tenant, ticket.Id, attempt, exception);
                if (attempt == Attempts && work is not null)
                {
                    await job.Fail(work.Turn, AdaptationError.Of(new(ErrorReason.Internal, "An internal error occurred.")));
                    return;
                }

                if (attempt >= Attempts)
                    throw;
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // A worker keeps its course when it is stopped: after the clean-up of a job that has ended, that would stay for ever.
    private async Task Leave(IAdaptationRunGrain job, AdaptationWork? work)
    {
        try
        {
            if (work is not null && !await job.IsOpen())
                workers.For(work.Job).CleanUp(work.Tenant, work.Id);
        }
        catch (Exception exception)
        {
            InferenceLog.NotCleanedUp(logger, work!.Tenant, work.Id, exception);
        }
    }
}
