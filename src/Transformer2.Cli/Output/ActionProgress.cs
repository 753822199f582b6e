namespace Transformer2.Cli;

/// <summary>Unlike <see cref="Progress{T}"/>, reports on the calling thread and in order.</summary>
internal sealed class ActionProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
