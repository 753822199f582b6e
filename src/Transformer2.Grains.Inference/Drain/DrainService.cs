using Microsoft.Extensions.Hosting;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Holds the silo up until the running generations have ended, or the host's shutdown time is over. Hosted services stop in reverse order,
/// so it must be registered after the silo.
/// </summary>
internal sealed class DrainService(InFlightGenerations inFlight) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await inFlight.Drain(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The time is over: what still runs is cut off.
        }
    }
}
