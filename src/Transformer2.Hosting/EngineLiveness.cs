using Microsoft.Extensions.Diagnostics.HealthChecks;
using Transformer2.Abstractions;

namespace Transformer2.Hosting;

/// <summary>
/// Fails once the engine of this process has ended for good, so that whoever watches the process starts it anew. For hosts that run the
/// engine themselves: a restart mends no other process's engine.
/// </summary>
internal sealed class EngineLiveness(IGrainFactory grains) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var status = await grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode).GetStatus().WaitAsync(Patience, cancellationToken);
            return status.Faulted ? HealthCheckResult.Unhealthy("The engine has ended with an error.") : HealthCheckResult.Healthy();
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Busy, starting or stopping: a restart would make it worse.
            return HealthCheckResult.Healthy("The engine's state is not known.");
        }
    }
}
