namespace Transformer2.Experts;

/// <summary>
/// An expert file: safetensors with one F32 tensor <c>MATRIX.z</c> of effective multipliers per adapted matrix, and metadata that ties
/// it to a base model and its decomposition.
/// </summary>
/// <param name="Metadata">What the file says about itself.</param>
/// <param name="Vector">The multipliers.</param>
public sealed record ExpertFile(ExpertMetadata Metadata, ExpertVector Vector)
{
    /// <summary>Ending of the tensor names.</summary>
    public const string TensorSuffix = ".z";

    /// <summary>Reads a file that comes from outside: everything is checked, fingerprints are required.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="layout">The base model that it must fit.</param>
    /// <param name="limits">What is accepted; <see cref="ExpertLimits.Default"/> when null.</param>
    /// <exception cref="ExpertFileException">Anything is wrong; nothing of the file should be kept.</exception>
    public static ExpertFile Read(ReadOnlyMemory<byte> file, ExpertLayout layout, ExpertLimits? limits = null) =>
        new ExpertReader(layout, limits ?? ExpertLimits.Default, lenient: false).Read(file);

    /// <summary>
    /// Reads a file that the user of a local tool chose: fingerprints may be absent (but not differ), tensor names may lack <c>.z</c>, and
    /// F16 and BF16 are widened. Shapes and values are checked all the same.
    /// </summary>
    /// <inheritdoc cref="Read"/>
    public static ExpertFile ReadLenient(ReadOnlyMemory<byte> file, ExpertLayout layout, ExpertLimits? limits = null) =>
        new ExpertReader(layout, limits ?? ExpertLimits.Default, lenient: true).Read(file);

    /// <summary>Why <see cref="Read"/> would refuse a file; null when it would not.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="layout">The base model; null leaves out what only the base model tells: its fingerprints, matrices and ranks.</param>
    /// <param name="limits">What is accepted; <see cref="ExpertLimits.Default"/> when null.</param>
    public static ExpertFileException? FindFault(ReadOnlyMemory<byte> file, ExpertLayout? layout = null, ExpertLimits? limits = null)
    {
        try
        {
            limits ??= ExpertLimits.Default;
            Read(file, layout ?? ExpertReader.OwnLayout(file, limits), limits);
            return null;
        }
        catch (ExpertFileException fault)
        {
            return fault;
        }
    }

    /// <summary>
    /// Describes a file without a base model to hold it against; accepts what <see cref="ReadLenient"/> would for some model.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="limits">What is accepted; <see cref="ExpertLimits.Default"/> when null.</param>
    /// <exception cref="ExpertFileException">Not an expert file at all.</exception>
    public static ExpertInspection Inspect(ReadOnlyMemory<byte> file, ExpertLimits? limits = null) =>
        ExpertInspection.Of(file, limits ?? ExpertLimits.Default);

    /// <summary>Writes a file atomically.</summary>
    /// <param name="path">Path of the file; an existing one is replaced.</param>
    /// <param name="vector">The multipliers.</param>
    /// <param name="metadata">What the file says about itself.</param>
    public static void Write(string path, ExpertVector vector, ExpertMetadata metadata) =>
        SafetensorsWriter.Write(path, TensorsOf(vector), MetadataMapping.ToEntries(metadata));

    /// <summary>Writes a file to a stream.</summary>
    /// <inheritdoc cref="Write(string, ExpertVector, ExpertMetadata)"/>
    public static void Write(Stream stream, ExpertVector vector, ExpertMetadata metadata) =>
        SafetensorsWriter.Write(stream, TensorsOf(vector), MetadataMapping.ToEntries(metadata));

    /// <summary>The bytes of a file.</summary>
    /// <inheritdoc cref="Write(string, ExpertVector, ExpertMetadata)"/>
    public static byte[] ToBytes(ExpertVector vector, ExpertMetadata metadata)
    {
        using var stream = new MemoryStream();
        Write(stream, vector, metadata);
        return stream.ToArray();
    }

    private static IEnumerable<TensorData> TensorsOf(ExpertVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        return vector.Multipliers.Select(entry => TensorData.Of(entry.Key + TensorSuffix, entry.Value));
    }
}
