using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>
/// The cosines and sines of positions. Computed by the decoder, so that they are the reference's to the bit, in stretches as positions are first
/// reached; with dynamic scaling the angles depend on a sequence's length, and tables of the last lengths are kept.
/// </summary>
internal sealed class RotaryTables(Decoder model)
{
    private const int Stretch = 1024;
    private const int MostLengths = 16;

    private readonly int _half = model.Config.HeadDim / 2;
    // Up to the trained length dynamic scaling has no effect.
    private readonly int _fixedUpTo = model.Config.RopeScaling is DynamicRopeScaling ? model.Config.ContextLength : int.MaxValue;
    private readonly Dictionary<(int Length, int Stretch), (float[] Cos, float[] Sin)> _tables = [];
    private readonly Queue<int> _lengths = new();

    /// <summary>The rotation of one position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="length">The sequence's length, for dynamic scaling.</param>
    public Rotation At(int position, int length)
    {
        length = length <= _fixedUpTo ? 0 : length;
        var key = (length, position / Stretch);
        if (!_tables.TryGetValue(key, out var table)) _tables.Add(key, table = Compute(key));
        return new Rotation(table.Cos, table.Sin, position % Stretch * _half, _half);
    }

    private (float[] Cos, float[] Sin) Compute((int Length, int Stretch) key)
    {
        if (key.Length > 0 && !_lengths.Contains(key.Length))
        {
            _lengths.Enqueue(key.Length);
            if (_lengths.Count > MostLengths) Forget(_lengths.Dequeue());
        }

        using var scope = NewDisposeScope();
        using var guard = inference_mode();
        var first = (long)key.Stretch * Stretch;
        var (cos, sin) = model.RotaryTable(arange(first, first + Stretch, ScalarType.Int64), Math.Max(1, key.Length));
        return (cos.data<float>().ToArray(), sin.data<float>().ToArray());
    }

    private void Forget(int length)
    {
        foreach (var key in _tables.Keys.Where(key => key.Length == length).ToArray()) _tables.Remove(key);
    }
}

/// <summary>Cosines and sines of one position, [head_dim / 2] each.</summary>
internal readonly struct Rotation(float[] cos, float[] sin, int start, int count)
{
    public ReadOnlySpan<float> Cos => cos.AsSpan(start, count);

    public ReadOnlySpan<float> Sin => sin.AsSpan(start, count);
}
