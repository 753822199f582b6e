using System.Globalization;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Shows how far a training is: a running mean of the loss or reward, speed, and the time left.</summary>
internal sealed class TrainingLine(CliHost host) : IProgress<TrainingProgress>, IDisposable
{
    private const double Smoothing = 0.05;

    private readonly ProgressLine _line = new(host);
    private readonly long _start = host.Time.GetTimestamp();
    private long _tokens;
    private double _figure = double.NaN;

    public void Report(TrainingProgress value)
    {
        _tokens += value.Tokens;
        // What is learned from rewards has a loss that says nothing.
        var (name, now) = value.Reward is { } reward ? ("reward", reward) : ("loss", value.Loss);
        _figure = double.IsNaN(_figure) ? now : _figure + (Smoothing * (now - _figure));
        _line.Report(() => string.Create(
            CultureInfo.InvariantCulture,
            $"step {value.Step} of {value.Steps}, {name} {_figure:0.000}, {Beside(value)}"
            + $"{_tokens / host.Time.GetElapsedTime(_start).TotalSeconds:0} tokens/s, {value.Remaining:hh\\:mm\\:ss} left"));
    }

    private static string Beside(TrainingProgress value) => string.Concat(
        value.Divergence is { } divergence ? string.Create(CultureInfo.InvariantCulture, $"KL {divergence:0.000}, ") : "",
        value.Reward is not null ? string.Create(CultureInfo.InvariantCulture, $"loss {value.Loss:0.000}, ") : "");

    public void Dispose() => _line.Dispose();
}
