using OpenTelemetry;
using OpenTelemetry.Metrics;
using Transformer2.Engine.Tests.Scheduling;

namespace Transformer2.Engine.Tests.Metrics;

public sealed class AllocationTests
{
    private const int Steps = 1000;

    [Fact]
    public void Decoding_rows_allocate_nothing_to_be_measured()
    {
        using var metrics = new EngineMetrics(100, () => new EngineStatus(0, 1, 8, 0, 1, 100, false));
        var seen = new Dictionary<string, long>();
        using var provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(EngineMetrics.MeterName)
            .AddReader(new BaseExportingMetricReader(new Counts(seen)))
            .Build();
        var row = metrics.Begin(Request.Any with { Tenant = "acme", ExpertLabel = "math" }, promptTokens: 5);
        row.Admitted(TimeSpan.Zero, 0);
        row.FirstToken(TimeSpan.Zero);
        Step(TimeSpan.FromMilliseconds(1)); // what is made once

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < Steps; step++) Step(TimeSpan.FromMilliseconds(2 + step));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        provider.ForceFlush();
        Assert.Equal(0, allocated);
        Assert.Equal((Steps + 1, Steps + 1), (seen["t2.time_per_output_token"], seen["t2.step_duration"]));

        void Step(TimeSpan elapsed)
        {
            row.NextToken(elapsed);
            row.Generated();
            metrics.Step(elapsed, rows: 1, promptTokens: 0);
        }
    }

    // How many values each histogram has taken.
    private sealed class Counts(Dictionary<string, long> seen) : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    if (metric.MetricType == MetricType.Histogram) seen[metric.Name] = seen.GetValueOrDefault(metric.Name) + point.GetHistogramCount();
                }
            }

            return ExportResult.Success;
        }
    }
}
