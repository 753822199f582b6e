using Microsoft.Extensions.Hosting;
using Transformer2.Engine;

namespace Transformer2.Grains.Inference;

/// <summary>Loads an engine.</summary>
/// <param name="services">The host's services.</param>
/// <param name="cancellationToken">Cancelled when the host gives up starting.</param>
public delegate Task<IInferenceEngine> EngineLoader(IServiceProvider services, CancellationToken cancellationToken);

/// <summary>
/// Loads the engine before the silo joins and anything listens, so that a model that cannot be loaded ends the start at once.
/// </summary>
internal sealed class EngineStartup(IServiceProvider services, EngineLoader load) : IHostedLifecycleService
{
    private IInferenceEngine? _engine;

    /// <summary>The engine, once the host is starting.</summary>
    public IInferenceEngine Engine => _engine ?? throw new InvalidOperationException("The engine is not loaded yet.");

    public async Task StartingAsync(CancellationToken cancellationToken) => _engine = await load(services, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
