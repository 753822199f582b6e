using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>A resident expert's row in the expert bank.</summary>
internal sealed class ExpertSlot(int index, ExpertVector expert)
{
    /// <summary>Row in every table of the bank.</summary>
    public int Index { get; } = index;

    public ExpertVector Expert { get; } = expert;

    /// <summary>Sequences that use it now.</summary>
    public int Users { get; set; }

    public bool Adapts(string matrix) => Expert.Multipliers.ContainsKey(matrix);
}
