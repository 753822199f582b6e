using Transformer2.Grains.Inference;
using Transformer2.Hosting;
using Transformer2.Server;

return await PlatformHost.RunAsync(
    args,
    (silo, paths) => silo.AddInferenceNode((services, cancellationToken) => LocalEngine.LoadAsync(services, paths, cancellationToken)));
