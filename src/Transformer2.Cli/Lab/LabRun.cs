using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Cli;

/// <summary>What units work with: the bundled model, the work folder and the sizes.</summary>
internal sealed class LabRun : IDisposable
{
    private readonly Dictionary<string, LocalModel> _models = [];

    /// <param name="host">The process.</param>
    /// <param name="model">The base model's folder.</param>
    /// <param name="work">The work folder, which is created.</param>
    /// <param name="threads">Threads to compute with; null takes all cores.</param>
    /// <exception cref="InputException">The folder holds no usable model.</exception>
    public LabRun(CliHost host, string model, string work, int? threads)
    {
        ModelFolder = model;
        Threads = threads;
        var layout = LocalFolder.Use(model, Decomposition.LayoutOf);
        Store = new LabStore(work, layout.BaseModel);
        Layout = layout;
        // Decompositions are kept beside the results: most units need one, and there may be no data directory.
        var data = Directory.CreateDirectory(Path.Combine(work, "data")).FullName;
        Host = host with { Environment = name => name == DataDirectory.Variable ? data : host.Environment(name) };
    }

    /// <summary>The process, with the work folder's own data directory.</summary>
    public CliHost Host { get; }

    /// <summary>The base model's folder.</summary>
    public string ModelFolder { get; }

    /// <summary>What an expert for the base model looks like.</summary>
    public ExpertLayout Layout { get; }

    /// <summary>The results.</summary>
    public LabStore Store { get; }

    /// <summary>Threads to compute with; null takes all cores.</summary>
    public int? Threads { get; }

    /// <summary>The classification expert that is bundled with the base model.</summary>
    public string Classifier => Path.Combine(ModelFolder, "experts", "classifier.safetensors");

    /// <summary>A model with its decomposition, which stays loaded. Also makes the calling thread ready to compute.</summary>
    /// <param name="other">Another model's folder; null is the base model.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    public LocalModel Model(string? other, CancellationToken cancellationToken)
    {
        TrainingThreads.Use(Threads);
        var folder = other ?? ModelFolder;
        if (!_models.TryGetValue(folder, out var model))
        {
            _models.Add(folder, model = LocalModel.Load(folder, decompose: true, Host, cancellationToken));
        }

        return model;
    }

    /// <summary>Works with the base model behind the engine that serves.</summary>
    public Task<T> WithEngineAsync<T>(Func<LocalEngine, Task<T>> work, CancellationToken cancellationToken) =>
        LocalEngine.UseAsync(ModelFolder, ("auto", "cpu"), Host, work, cancellationToken, Threads);

    /// <summary>The result of a unit that is done.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public TResult Result<TResult>(LabUnit<TResult> unit)
        where TResult : class => Store.Find(unit)?.Result ?? throw new InvalidOperationException($"The unit '{unit.Name}' is not done.");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Dispose();
        }
    }
}
