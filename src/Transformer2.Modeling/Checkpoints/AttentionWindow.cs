using System.Collections.Frozen;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>Sliding-window attention: in some layers position i sees only the positions j with i - length &lt; j &lt;= i.</summary>
public sealed class AttentionWindow(int length, IEnumerable<int> layers) : IEquatable<AttentionWindow>
{
    private readonly FrozenSet<int> _layers = layers.ToFrozenSet();

    /// <summary>How many positions a position sees, itself included.</summary>
    public int Length => length;

    /// <summary>Whether a layer, counted from 0, sees the window only.</summary>
    public bool AppliesTo(int layer) => _layers.Contains(layer);

    /// <inheritdoc/>
    public bool Equals(AttentionWindow? other) => other is not null && Length == other.Length && _layers.SetEquals(other._layers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AttentionWindow);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Length, _layers.Count);
}
