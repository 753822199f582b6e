using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>A base model in a local folder, with its decomposition. Only the commands that compute touch this class: it loads libtorch.</summary>
internal sealed class LocalModel : IDisposable
{
    private readonly string _directory;

    private LocalModel(string directory, Decoder decoder, ExpertLayout layout)
    {
        _directory = directory;
        Decoder = decoder;
        Layout = layout;
    }

    /// <summary>The model, in float32.</summary>
    public Decoder Decoder { get; }

    /// <summary>What an expert for it looks like.</summary>
    public ExpertLayout Layout { get; }

    /// <summary>Loads weights and decomposition. The decomposition is cached in the data directory when there is one.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="decompose">Whether experts will be applied; without them the decomposition is left out.</param>
    /// <param name="host">Shows the progress.</param>
    /// <param name="cancellationToken">Stops between two matrices.</param>
    /// <exception cref="InputException">The folder holds no usable model.</exception>
    public static LocalModel Load(string directory, bool decompose, CliHost host, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no folder '{directory}'.");
        }

        try
        {
            using var folder = ModelFolder.Open(directory);
            var decoder = folder.Load(torch.ScalarType.Float32);
            var layout = Decomposition.LayoutOf(folder, decoder);
            if (decompose)
            {
                Decompose(decoder, layout, host, cancellationToken);
            }

            return new LocalModel(directory, decoder, layout);
        }
        catch (CheckpointException exception)
        {
            throw new InputException(exception.Message);
        }
    }

    /// <summary>The model's tokenizer.</summary>
    /// <exception cref="InputException">There is none that can be used.</exception>
    public ITokenizer LoadTokenizer()
    {
        try
        {
            return HuggingFaceTokenizer.Load(_directory);
        }
        catch (TokenizerException exception)
        {
            throw new InputException($"{_directory}: {exception.Message}");
        }
    }

    /// <summary>Reads an expert file for this model; fingerprints may be absent, but not differ.</summary>
    public async Task<ExpertVector> ReadExpertAsync(string path, CancellationToken cancellationToken) =>
        ExpertFile.ReadLenient(await LocalFile.ReadAsync(path, ExpertLimits.Default.MaxFileBytes, cancellationToken), Layout).Vector;

    /// <summary>An expert for all rows of a batch; null for the base model.</summary>
    public static RowExperts? RowsOf(ExpertVector? expert) => expert is null or { IsIdentity: true }
        ? null
        : RowExperts.ForAllRows(expert.Multipliers.Select(entry => KeyValuePair.Create(entry.Key, torch.tensor(entry.Value.ToArray()))));

    /// <inheritdoc/>
    public void Dispose() => Decoder.Dispose();

    private static void Decompose(Decoder decoder, ExpertLayout layout, CliHost host, CancellationToken cancellationToken)
    {
        using var line = new ProgressLine(host);
        var progress = new ActionProgress<DecompositionProgress>(step => line.Report(
            () => $"decomposing the projection matrices: {step.Done} of {step.Total}"));
        Decomposition.Attach(decoder, layout, DataDirectory.DecompositionCache(host), progress, cancellationToken);
    }
}
