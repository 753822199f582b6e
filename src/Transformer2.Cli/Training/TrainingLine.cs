using System.Globalization;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Shows how far a training is: a running mean of the loss, speed, and the time left.</summary>
internal sealed class TrainingLine(CliHost host) : IProgress<TrainingProgress>, IDisposable
{
    private const double Smoothing = 0.05;

    private readonly ProgressLine _line = new(host);
    private readonly long _start = host.Time.GetTimestamp();
    private long _tokens;

    /// <summary>Mean loss of the last steps.</summary>
    public double Loss { get; private set; } = double.NaN;

    public void Report(TrainingProgress value)
    {
        _tokens += value.Tokens;
        Loss = double.IsNaN(Loss) ? value.Loss : Loss + (Smoothing * (value.Loss - Loss));
        _line.Report(() => string.Create(
            CultureInfo.InvariantCulture,
            $"step {value.Step} of {value.Steps}, loss {Loss:0.000}, "
            + $"{_tokens / host.Time.GetElapsedTime(_start).TotalSeconds:0} tokens/s, {value.Remaining:hh\\:mm\\:ss} left"));
    }

    public void Dispose() => _line.Dispose();
}
