using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Training.Experts;
using Transformer2.Training.Reports;

namespace Transformer2.Grains.Inference;

/// <summary>Tells a training's course to its job: every step soon, and at every look all that the checkpoint holds then.</summary>
/// <param name="report">The job.</param>
/// <param name="steps">Steps in all.</param>
/// <param name="stepped">Is called after every step.</param>
internal sealed class TrainingReporter(AdaptationReport report, int steps, Action stepped) : ITrainingObserver, IProgress<TrainingProgress>
{
    // Looks take time too, and the test questions come last.
    private const double TrainingShare = 0.95;

    private readonly List<TrainingStep> _steps = [];
    private readonly List<ValidationPoint> _points = [];
    private double? _secondsLeft;
    private int _step;

    public void Report(TrainingProgress value)
    {
        Add(value);
        _secondsLeft = value.Remaining.TotalSeconds;
        report.Show(Progress, News);
        stepped();
    }

    public void Restored(IReadOnlyList<TrainingProgress> steps, IReadOnlyList<ValidationLook> looks)
    {
        foreach (var step in steps)
            Add(step);
        _points.AddRange(looks.Select(Point));
        Keep("training");
    }

    public void Looked(ValidationLook look)
    {
        _points.Add(Point(look));
        Keep("training");
    }

    /// <summary>The trained expert is measured.</summary>
    public void Measuring()
    {
        _secondsLeft = null;
        Keep("measuring");
    }

    /// <summary>Part of the measuring that is done.</summary>
    public void Measured(double part) => report.Show(TrainingShare + ((1 - TrainingShare) * part));

    private double Progress => TrainingShare * _step / steps;

    private void Add(TrainingProgress step)
    {
        _step = step.Step;
        _steps.Add(new(step.Step, Finite(step.Loss), step.Reward, Finite(step.Divergence), step.Drift ?? 0));
    }

    // What is kept needs not be told again.
    private void Keep(string phase)
    {
        var text = phase == "training" ? string.Create(CultureInfo.InvariantCulture, $"step {_step} of {steps}") : phase;
        report.Advance(new(Checkpoint: "", phase == "training" ? Progress : TrainingShare, text, Training: News())).GetAwaiter().GetResult();
        _steps.Clear();
        _points.Clear();
    }

    private TrainingNews News() => new([.. _steps], [.. _points], _secondsLeft);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static ValidationPoint Point(ValidationLook look) => new(look.Step, look.Own.Successes, look.Own.Count);
}
