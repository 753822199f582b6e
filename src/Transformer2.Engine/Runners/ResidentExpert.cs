using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>An expert in a runner's own memory, in the form in which the runner computes with it.</summary>
internal abstract class ResidentExpert(ExpertVector vector) : IDisposable
{
    /// <summary>What it was made of.</summary>
    public ExpertVector Vector { get; } = vector;

    /// <summary>
    /// Names what it computes, to the bit: the expert and, where the runner has several, the form. Keys and values of one form are not those of another.
    /// </summary>
    public virtual string FormKey => Vector.Digest;

    /// <summary>Sequences that use it now.</summary>
    public int Users { get; set; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
