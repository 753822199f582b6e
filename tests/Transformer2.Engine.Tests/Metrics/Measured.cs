using System.Diagnostics.Metrics;

namespace Transformer2.Engine.Tests.Metrics;

/// <summary>What an engine's instruments say.</summary>
internal sealed class Measured : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly List<(string Series, double Value)> _added = [];
    private readonly Dictionary<string, double> _observed = [];

    public Measured(EngineMetrics metrics)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Take(instrument, value, labels));
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Take(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Take(instrument, value, labels));
        _listener.Start();
    }

    /// <summary>Everything that was recorded or added, in order.</summary>
    public double[] Values(string series)
    {
        lock (_gate) return [.. _added.Where(entry => entry.Series == series).Select(entry => entry.Value)];
    }

    /// <summary>What is there to be observed now, by series: <c>name</c> or <c>name{label,label}</c>.</summary>
    public IReadOnlyDictionary<string, double> Observe()
    {
        _listener.RecordObservableInstruments();
        return _observed;
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var series = labels.Length == 0 ? instrument.Name : $"{instrument.Name}{{{string.Join(',', labels.ToArray().Select(label => label.Value))}}}";
        lock (_gate)
        {
            if (instrument.IsObservable) _observed[series] = value;
            else _added.Add((series, value));
        }
    }
}
