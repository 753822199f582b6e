namespace Transformer2.Client;

/// <summary>How far an upload or download has come.</summary>
/// <param name="Bytes">Bytes sent or received.</param>
/// <param name="TotalBytes">Size of the file, null when it is not known.</param>
public readonly record struct TransferProgress(long Bytes, long? TotalBytes);
