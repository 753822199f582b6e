using Microsoft.Extensions.Diagnostics.HealthChecks;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Healthy while a prompt could be answered.</summary>
internal sealed class EngineHealthCheck(IGrainFactory grains) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = await grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode).GetStatus().WaitAsync(cancellationToken);
        return status.Faulted ? HealthCheckResult.Unhealthy("The engine has ended with an error.") : HealthCheckResult.Healthy();
    }
}
