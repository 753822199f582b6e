namespace Transformer2.Modeling.Tests;

/// <summary>Unlike <see cref="Progress{T}"/>, passes every report on at once, on the reporting thread.</summary>
internal sealed class Collector<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
