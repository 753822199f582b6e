namespace Transformer2.Abstractions;

/// <summary>Reads data sets.</summary>
public interface IDatasetReader
{
    /// <summary>Checks every line, and says what the file holds.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidDataset"/>.</exception>
    DatasetContent Read(ReadOnlyMemory<byte> file);
}
