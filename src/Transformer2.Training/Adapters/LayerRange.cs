namespace Transformer2.Training.Adapters;

/// <summary>Consecutive decoder layers.</summary>
/// <param name="First">The first one, from 0.</param>
/// <param name="Last">The last one, which belongs to it.</param>
public readonly record struct LayerRange(int First, int Last)
{
    /// <summary>Whether a layer belongs to it.</summary>
    public bool Contains(int layer) => layer >= First && layer <= Last;
}
