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

    /// <summary>The model.</summary>
    public Decoder Decoder { get; }

    /// <summary>What an expert for it looks like.</summary>
    public ExpertLayout Layout { get; }

    /// <summary>Loads weights and decomposition. The decomposition is cached in the data directory when there is one.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="decompose">Whether experts will be applied; without them the decomposition is left out.</param>
    /// <param name="host">Shows the progress.</param>
    /// <param name="cancellationToken">Stops between two tensors or matrices.</param>
    /// <param name="placement">Number type and device; null is float32 on the CPU.</param>
    /// <exception cref="InputException">The folder holds no usable model.</exception>
    public static LocalModel Load(string directory, bool decompose, CliHost host, CancellationToken cancellationToken, Placement? placement = null) =>
        LocalFolder.Use(directory, folder =>
        {
            placement ??= Placement.Default;
            using var line = new ProgressLine(host);
            var loading = new ActionProgress<WeightProgress>(step => line.Report(
                () => $"loading the weights: {Amounts.Bytes(step.Bytes)} of {Amounts.Bytes(step.TotalBytes)}"));
            var decoder = folder.Load(placement.DTypeFor(folder), placement.Device, loading, cancellationToken);
            try
            {
                var layout = Decomposition.LayoutOf(folder);
                if (decompose)
                {
                    Decomposition.Attach(decoder, folder, DataDirectory.DecompositionCache(host), DecompositionProgress(line), cancellationToken);
                }

                return new LocalModel(directory, decoder, layout);
            }
            catch
            {
                decoder.Dispose();
                throw;
            }
        });

    /// <summary>Shows how far a decomposition is.</summary>
    public static IProgress<DecompositionProgress> DecompositionProgress(ProgressLine line) => new ActionProgress<DecompositionProgress>(step => line.Report(
        () => $"{(step.FromCache ? "reading the decomposition" : "decomposing the projection matrices")}: {step.Done} of {step.Total}"));

    /// <summary>The model's tokenizer.</summary>
    /// <exception cref="InputException">There is none that can be used.</exception>
    public ITokenizer LoadTokenizer()
    {
        try
        {
            return TokenizerFile.Load(_directory);
        }
        catch (TokenizerException exception)
        {
            throw new InputException($"{_directory}: {exception.Message}");
        }
    }

    /// <summary>Reads an expert file for this model; fingerprints may be absent, but not differ.</summary>
    public async Task<ExpertVector> ReadExpertAsync(string path, CancellationToken cancellationToken) =>
        ExpertFile.ReadLenient(await LocalFile.ReadAsync(path, ExpertLimits.Default.MaxFileBytes, cancellationToken), Layout).Vector;

    /// <summary>An expert for all rows of a batch, in the model's number type and place; null for the base model.</summary>
    public RowExperts? RowsOf(ExpertVector? expert) => expert is null or { IsIdentity: true } ? null : RowExperts.ForAllRows(expert, Decoder);

    /// <inheritdoc/>
    public void Dispose() => Decoder.Dispose();
}
