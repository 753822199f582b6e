using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Transformer2.Engine;

namespace Transformer2.Grains.Inference;

/// <summary>Loads the engine before the silo joins and anything listens, so that a model that cannot be loaded ends the start at once.</summary>
internal sealed class EngineStartup(IServiceProvider services) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            services.GetRequiredService<IInferenceEngine>, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
