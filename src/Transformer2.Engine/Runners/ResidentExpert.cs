using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>An expert in a runner's own memory, in the form in which the runner computes with it.</summary>
internal abstract class ResidentExpert(ExpertVector vector) : IDisposable
{
    /// <summary>What it was made of.</summary>
    public ExpertVector Vector { get; } = vector;

    /// <summary>Sequences that use it now.</summary>
    public int Users { get; set; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
