using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Transformer2.Abstractions;

namespace Transformer2.Storage;

/// <summary>Registers embedded storage.</summary>
public static class StorageSetup
{
    /// <summary>Adds durable grain storage in files; under the name <c>Default</c> it serves grains that name none.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="name">Name by which grains ask for it.</param>
    /// <param name="configure">Sets at least the folder.</param>
    public static ISiloBuilder AddFileGrainStorage(this ISiloBuilder silo, string name, Action<FileGrainStorageOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddOptions<FileGrainStorageOptions>(name).Configure(configure);
        silo.Services.AddGrainStorage(name, (services, provider) => new FileGrainStorage(
            services.GetRequiredService<IOptionsMonitor<FileGrainStorageOptions>>().Get(provider),
            services.GetRequiredService<IActivatorProvider>()));
        return silo;
    }

    /// <summary>Keeps expert files in files below a folder.</summary>
    /// <param name="services">The services.</param>
    /// <param name="directory">The folder, created when absent.</param>
    public static IServiceCollection AddFileExpertBlobStore(this IServiceCollection services, string directory) =>
        services.AddStore<FileExpertBlobStore, IExpertBlobStore>(time => new(directory, time));

    /// <summary>Keeps data sets in files below a folder.</summary>
    /// <param name="services">The services.</param>
    /// <param name="directory">The folder, created when absent.</param>
    public static IServiceCollection AddFileDatasetBlobStore(this IServiceCollection services, string directory) =>
        services.AddStore<FileDatasetBlobStore, IDatasetBlobStore>(time => new(directory, time));

    /// <summary>Keeps lists of the questions that made experts in files below a folder.</summary>
    /// <param name="services">The services.</param>
    /// <param name="directory">The folder, created when absent.</param>
    public static IServiceCollection AddFileQuestionBlobStore(this IServiceCollection services, string directory) =>
        services.AddStore<FileQuestionBlobStore, IQuestionBlobStore>(time => new(directory, time));

    private static IServiceCollection AddStore<TStore, TContract>(this IServiceCollection services, Func<TimeProvider, TStore> create)
        where TStore : FileBlobStore, TContract
        where TContract : class, IBlobStore
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => create(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FileBlobStore>(provider => provider.GetRequiredService<TStore>());
        return services.AddSingleton<TContract>(provider => provider.GetRequiredService<TStore>());
    }
}
