using Transformer2.Grains.Inference;
using Transformer2.Hosting;
using Transformer2.Server;

return await PlatformHost.RunAsync(args, (silo, paths) =>
{
    silo.AddInferenceNode((services, cancellationToken) => LocalEngine.LoadAsync(services, paths, cancellationToken));
    silo.Services.Configure<TrainingOptions>(options =>
        (options.ModelDirectory, options.DecompositionDirectory, options.CheckpointDirectory) = (paths.Model, paths.Decompositions, paths.Trainings));
    silo.Services.AddOptions<TrainingOptions>().Configure<IConfiguration>((options, configuration) => options.EngineIsExact = LocalEngine.IsExact(configuration));
});
