using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;
using Transformer2.Engine;

namespace Transformer2.Grains.Inference;

/// <summary>Gives a silo the role of an inference node.</summary>
public static class InferenceNodeSetup
{
    /// <summary>
    /// Adds the node's grain and what it needs, and loads the engine while the host starts, before anything listens. The host owns the
    /// engine.
    /// </summary>
    /// <param name="silo">The silo, whose grains were added already.</param>
    /// <param name="load">Loads the engine; may take its time.</param>
    public static ISiloBuilder AddInferenceNode(this ISiloBuilder silo, EngineLoader load)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddSingleton(services => new EngineStartup(services, load));
        silo.Services.AddHostedService(services => services.GetRequiredService<EngineStartup>());

        // The container disposes of what it hands out.
        silo.Services.AddSingleton(services => services.GetRequiredService<EngineStartup>().Engine);
        silo.Services.AddSingleton<ExpertCache>();
        silo.Services.AddSingleton<DispatchMemory>();
        silo.Services.AddSingleton<DispatchMetrics>();
        silo.Services.AddSingleton<Dispatcher>();
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<InFlightGenerations>();
        silo.Services.AddOptions<InferenceNodeOptions>().BindConfiguration(InferenceNodeOptions.Section).ValidateOnStart();
        silo.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<InferenceNodeOptions>, InferenceNodeOptionsValidator>());
        silo.Services.AddHostedService<DrainService>();
        silo.Services.AddSingleton<IAdaptationWorker, FewShotWorker>();
        silo.Services.AddSingleton<IAdaptationWorker, ClassifierWorker>();
        silo.Services.AddSingleton<IAdaptationWorker, TrainingWorker>();
        silo.Services.AddSingleton<IDatasetReader, DatasetFiles>();
        silo.Services.AddOptions<TrainingOptions>().BindConfiguration(TrainingOptions.Section).ValidateOnStart();
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TrainingOptions>, TrainingOptionsValidator>());
        silo.Services.AddSingleton<AdaptationWorkers>();
        silo.Services.AddSingleton<AdaptationRunner>();

        // What runs jobs needs the engine, which is not loaded yet when hosted services are made.
        silo.Services.AddSingleton(services => new AdaptationScheduler(
            (ticket, cancellationToken) => services.GetRequiredService<AdaptationRunner>().Run(ticket, cancellationToken),
            services.GetRequiredService<IOptions<InferenceNodeOptions>>(),
            services.GetRequiredService<ILogger<AdaptationScheduler>>()));
        silo.Services.AddHostedService(services => services.GetRequiredService<AdaptationScheduler>());
        silo.Services.AddHostedService<AdaptationResumption>();
        return silo;
    }
}
