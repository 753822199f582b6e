namespace Transformer2.Benchmarks;

/// <summary>Measured values by what was measured, collected over interleaved rounds.</summary>
internal sealed class Samples
{
    private readonly Dictionary<object, List<double>> _values = [];

    /// <summary>Adds a value.</summary>
    /// <param name="key">What was measured; anything with equality.</param>
    /// <param name="value">What it was.</param>
    public void Add(object key, double value)
    {
        if (!_values.TryGetValue(key, out var values)) _values.Add(key, values = []);
        values.Add(value);
    }

    /// <summary>The middle value; null when nothing was measured.</summary>
    public double? Median(object key) => Percentile(key, 50);

    /// <summary>The value that so many percent do not exceed, between two by their distance; null when nothing was measured.</summary>
    public double? Percentile(object key, double percent)
    {
        if (!_values.TryGetValue(key, out var values)) return null;
        var sorted = values.Order().ToArray();
        var place = (sorted.Length - 1) * percent / 100;
        var below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }
}
