using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>Takes up the jobs that the last server has left unfinished. Must be registered after the silo.</summary>
internal sealed class AdaptationResumption(IGrainFactory grains, TimeProvider time, ILogger<AdaptationResumption> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CallerScope.EnterPlatform();
        while (true)
        {
            try
            {
                foreach (var job in await grains.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key).List())
                    await Resume(job);
                return;
            }
            catch (Exception exception)
            {
                InferenceLog.NotResumed(logger, exception);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task Resume(UnfinishedAdaptation job)
    {
        try
        {
            await grains.GetGrain<IAdaptationIndexGrain>(job.Tenant.Value).Resume(job.Id);
        }
        catch (Exception exception)
        {
            // A job that cannot be read must not keep the others from going on.
            InferenceLog.JobNotResumed(logger, job.Tenant, job.Id, exception);
        }
    }
}
