namespace Transformer2.Engine;

/// <summary>
/// What a merged copy of an expert would have saved, less what it would have cost where it is negative: a sum over the steps in which the expert had rows,
/// half of which is forgotten after a number of steps. Steps and not seconds, so that a slow model remembers as much as a fast one.
/// </summary>
internal sealed class ExpertHeat
{
    /// <summary>Steps after which half is forgotten.</summary>
    public const double HalfLife = 10_000;

    private double _saved;
    private long _step;
    private long _began;

    /// <summary>The expert's rows in the step that is looked at.</summary>
    public int Rows { get; private set; }

    /// <summary>No merged copy can be made.</summary>
    public bool IsHopeless { get; set; }

    /// <summary>The sum as it is in a step.</summary>
    public double At(long step) => _saved * Math.Pow(2, (_step - step) / HalfLife);

    /// <summary>The expert has rows in a step.</summary>
    public void Count(long step, int rows)
    {
        if (_began != step) (_began, Rows) = (step, 0);
        Rows += rows;
    }

    /// <summary>Adds to the sum, once in a step.</summary>
    public void Add(long step, double saved)
    {
        if (_step != step) (_saved, _step) = (At(step) + saved, step);
    }
}
