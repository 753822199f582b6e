using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>
/// The cosines and sines of positions. Computed by the decoder, so that they are the reference's to the bit, in stretches as positions are first
/// reached; with dynamic scaling the angles depend on a sequence's length, and tables of the last lengths are kept.
/// </summary>
internal sealed unsafe class RotaryTables(Decoder model)
{
    private const int Stretch = 1024;
    private const int MostTables = 64;

    private readonly int _half = model.Config.HeadDim / 2;
    // Up to the trained length dynamic scaling has no effect.
    private readonly int _fixedUpTo = model.Config.RopeScaling is DynamicRopeScaling ? model.Config.ContextLength : int.MaxValue;
    private readonly Dictionary<(int Length, int Stretch), Table> _tables = [];
    private readonly Queue<(int Length, int Stretch)> _ofLengths = new();

    /// <summary>The rotation of one position. Its addresses are valid until the rotations of the next step are asked for.</summary>
    /// <param name="position">The position.</param>
    /// <param name="length">The sequence's length, for dynamic scaling.</param>
    public Rotation At(int position, int length)
    {
        var key = (length <= _fixedUpTo ? 0 : length, position / Stretch);
        if (!_tables.TryGetValue(key, out var table)) _tables.Add(key, table = Compute(key));
        return table.At(position % Stretch * _half);
    }

    /// <summary>Forgets tables of single lengths that are too many; between two steps.</summary>
    public void Trim()
    {
        while (_ofLengths.Count > MostTables) _tables.Remove(_ofLengths.Dequeue());
    }

    private Table Compute((int Length, int Stretch) key)
    {
        if (key.Length > 0) _ofLengths.Enqueue(key);
        using var scope = NewDisposeScope();
        using var guard = inference_mode();
        var first = (long)key.Stretch * Stretch;
        var (cos, sin) = model.RotaryTable(arange(first, first + Stretch, ScalarType.Int64), Math.Max(1, key.Length));
        return new Table(new PinnedFloats(cos), new PinnedFloats(sin));
    }

    private sealed class Table(PinnedFloats cos, PinnedFloats sin)
    {
        public Rotation At(int start) => new(cos.Pointer + start, sin.Pointer + start);
    }
}

/// <summary>Cosines and sines of one position, [head_dim / 2] each.</summary>
internal readonly unsafe struct Rotation(float* cos, float* sin)
{
    public float* Cos { get; } = cos;

    public float* Sin { get; } = sin;
}
