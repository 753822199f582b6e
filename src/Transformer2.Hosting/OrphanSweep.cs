using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;
using Transformer2.Grains;
using Transformer2.Storage;

namespace Transformer2.Hosting;

/// <summary>
/// Removes what a server that was killed has left in embedded storage: at the start, and once more when what was too young then is not any
/// more. The libraries of each tenant decide; files of tenants that are not known stay, for it may be their states that are lost.
/// </summary>
internal sealed class OrphanSweep(
    IEnumerable<FileBlobStore> stores, IGrainFactory grains, IOptions<PlatformLimits> limits, TimeProvider time, ILogger<OrphanSweep> logger) : BackgroundService
{
    // What is configured may be longer than a timer can be.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly TaskCompletionSource _swept = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the first sweep has.</summary>
    public Task FirstSweep => _swept.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CallerScope.EnterPlatform();
        var age = limits.Value.OrphanAge;
        await SweepAll(age, stoppingToken);
        _swept.SetResult();
        await Task.Delay(age < LongestWait ? age : LongestWait, time, stoppingToken);
        await SweepAll(age, stoppingToken);
    }

    private async Task SweepAll(TimeSpan age, CancellationToken cancellationToken)
    {
        foreach (var tenant in stores.SelectMany(store => store.Tenants()).ToHashSet())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Sweep(tenant, age);
        }
    }

    private async Task Sweep(TenantId tenant, TimeSpan age)
    {
        try
        {
            foreach (var store in stores)
                store.RemoveLeftovers(tenant, age);
            if (await grains.GetGrain<ITenantGrain>(tenant.Value).Get() is null)
                return;
            await grains.GetGrain<IExpertLibraryGrain>(tenant.Value).RemoveOrphans();
            await grains.GetGrain<IDatasetLibraryGrain>(tenant.Value).RemoveOrphans();
        }
        catch (Exception exception)
        {
            // A tenant whose files cannot be looked at must not keep the others' from it.
            HostingLog.NotSwept(logger, tenant, exception);
        }
    }
}
