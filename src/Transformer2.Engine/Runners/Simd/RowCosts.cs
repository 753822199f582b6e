namespace Transformer2.Engine;

/// <summary>
/// What a product costs by its rows, for each weight, relative to one row. A few rows cost hardly more than one, since most of the time goes into reading the
/// weights; each of many costs what it computes.
/// </summary>
internal sealed class RowCosts
{
    private readonly double[] _costs;

    /// <param name="costs">Of the numbers of rows in <see cref="Rows"/>.</param>
    public RowCosts(IReadOnlyList<double> costs)
    {
        _costs = [.. costs.Select(cost => cost / costs[0])];
        // More rows are never cheaper; where it seems so, something else ran on the machine.
        for (var i = 1; i < _costs.Length; i++) _costs[i] = Math.Max(_costs[i], _costs[i - 1]);
    }

    /// <summary>Numbers of rows whose cost is measured.</summary>
    public static IReadOnlyList<int> Rows { get; } = [1, 2, 4, 8, 16, 32];

    /// <summary>What one multiplication costs where there are so many rows that reading the weights costs nothing.</summary>
    public double Multiplication => _costs[^1] / Rows[^1];

    /// <summary>The cost of so many rows, 0 for none: on a straight line between two that were measured, and in proportion beyond the last.</summary>
    public double Of(int rows)
    {
        if (rows <= 0) return 0;
        if (rows >= Rows[^1]) return Multiplication * rows;
        var above = 1;
        while (Rows[above] < rows) above++;
        var part = (rows - Rows[above - 1]) / (double)(Rows[above] - Rows[above - 1]);
        return _costs[above - 1] + (part * (_costs[above] - _costs[above - 1]));
    }
}
