namespace Transformer2.Modeling.Checkpoints;

/// <summary>A model folder that cannot be used; the message says what is wrong with which file.</summary>
public sealed class CheckpointException(string message, Exception? innerException = null) : Exception(message, innerException);
