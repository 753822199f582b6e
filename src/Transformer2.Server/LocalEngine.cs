using System.ComponentModel.DataAnnotations;
using Transformer2.Engine;
using Transformer2.Hosting;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;

namespace Transformer2.Server;

/// <summary>The engine of this process. Section <c>T2:Engine</c> sets the properties of <see cref="EngineOptions"/>.</summary>
internal static class LocalEngine
{
    private const string Section = "T2:Engine";

    /// <summary>Whether the engine computes in float32 on the CPU, and an answer's bits do not depend on what else is asked: as trainings have it.</summary>
    public static bool IsExact(IConfiguration configuration)
    {
        var engine = configuration.GetSection(Section);
        return Is("Runner", "auto", "simd") && Is("Quantization", "none") && Is("DType", "auto", "float32") && Is("Device", "cpu") && Is("MergedExperts", "0");

        bool Is(string name, params string[] values) => engine[name] is not { } set || values.Contains(set, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Loads the base model and its decomposition, and tells on the console how far it is.</summary>
    /// <exception cref="StartupException">The model cannot be used.</exception>
    public static async Task<IInferenceEngine> LoadAsync(
        IServiceProvider services, PlatformPaths paths, CancellationToken cancellationToken)
    {
        var options = new EngineOptions { ModelDirectory = paths.Model, DecompositionCacheDirectory = paths.Decompositions };
        try
        {
            services.GetRequiredService<IConfiguration>().GetSection(Section).Bind(options);
            Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
            return await InferenceEngine.LoadAsync(
                options,
                services.GetRequiredService<ILogger<InferenceEngine>>(),
                new LoadProgress(Console.Out, Console.IsOutputRedirected),
                services.GetRequiredService<TimeProvider>(),
                cancellationToken);
        }
        catch (Exception exception) when (exception is CheckpointException or TokenizerException or ChatTemplateException or FileNotFoundException)
        {
            throw new StartupException($"The model in '{paths.Model}' cannot be loaded: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is ValidationException or InvalidOperationException or PlacementException)
        {
            throw new StartupException($"The engine cannot run as configured in T2__Engine: {exception.Message}", exception);
        }
    }
}
