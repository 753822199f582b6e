namespace Transformer2.Hosting;

/// <summary>The server cannot start, for a reason that its operator can change. The message says it in one line.</summary>
public sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);
