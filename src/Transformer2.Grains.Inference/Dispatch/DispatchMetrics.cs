using System.Diagnostics.Metrics;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>What dispatch tells about itself: the instruments of the meter <see cref="MeterName"/>.</summary>
public sealed class DispatchMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Transformer2.Dispatch";

    // Categories are named by tenants.
    private const int MostCategories = 100;

    private static readonly double[] Shares = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
    private static readonly double[] Seconds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly HashSet<string> _categories = new(StringComparer.OrdinalIgnoreCase);
    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _confidence;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _share;
    private readonly Counter<long> _speculations;

    /// <param name="factory">Makes the meter.</param>
    public DispatchMetrics(IMeterFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var meter = factory.Create(MeterName);
        _decisions = meter.CreateCounter<long>("t2.dispatch_decisions", "{decision}", "Choices of the platform, by strategy, category and reason of a fall-back.");
        _confidence = Histogram(meter, "t2.dispatch_confidence", null, Shares, "Probability of the most probable category.");
        _duration = Histogram(meter, "t2.dispatch_duration", "s", Seconds, "Time of pass 1, or of the look-up of a remembered decision.");
        _speculations = meter.CreateCounter<long>("t2.dispatch_speculations", "{answer}", "Answers that were begun beside pass 1, by whether it chose them.");
        _share = Histogram(meter, "t2.dispatch_ttft_share", null, Shares, "Part of the time to the first token that the choice took.");
    }

    /// <summary>The platform has chosen.</summary>
    public void Decided(DispatchOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var memoized = KeyValuePair.Create<string, object?>("memoized", outcome.IsMemoized ? "true" : "false");
        _decisions.Add(
            1,
            new("strategy", outcome.Strategy),
            new("category", Label(outcome.Category)),
            new("fallback", outcome.FallbackReason == DispatchFallbackReason.None ? "none" : outcome.FallbackReason.ToString()),
            memoized);
        _duration.Record(outcome.Elapsed.TotalSeconds, memoized);
        if (!outcome.Categories.IsEmpty && !outcome.IsMemoized)
            _confidence.Record(outcome.Confidence);
    }

    /// <summary>An answer was begun before the choice was made.</summary>
    public void Speculated(bool wasRight) => _speculations.Add(1, KeyValuePair.Create<string, object?>("right", wasRight ? "true" : "false"));

    /// <summary>A request that the platform chose for has its first token.</summary>
    /// <param name="dispatched">The choice.</param>
    /// <param name="firstToken">From the engine's acceptance of the request to the first token.</param>
    public void FirstToken(Dispatched dispatched, TimeSpan firstToken)
    {
        ArgumentNullException.ThrowIfNull(dispatched);
        var pass1 = dispatched.Outcome.Elapsed;
        // An answer that was begun beside pass 1 was accepted when that was.
        var all = dispatched.Begun is null ? pass1 + firstToken : TimeSpan.FromTicks(Math.Max(pass1.Ticks, firstToken.Ticks));
        _share.Record(pass1 / (all + TimeSpan.FromTicks(1)));
    }

    private string Label(string? category)
    {
        if (category is null)
            return "none";
        lock (_gate)
            return _categories.Contains(category) || (_categories.Count < MostCategories && _categories.Add(category)) ? category.ToLowerInvariant() : "(more)";
    }

    private static Histogram<double> Histogram(Meter meter, string name, string? unit, double[] boundaries, string description) =>
        meter.CreateHistogram(name, unit, description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
