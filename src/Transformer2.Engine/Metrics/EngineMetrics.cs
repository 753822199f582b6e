using System.Diagnostics.Metrics;

namespace Transformer2.Engine;

/// <summary>
/// What an engine tells about itself: the instruments of the meter <see cref="MeterName"/>, which docs/observability.md explains one by one.
/// While rows decode, nothing here allocates.
/// </summary>
public sealed class EngineMetrics : IDisposable
{
    /// <summary>Name of the meter. Each engine of a process has one of its own.</summary>
    public const string MeterName = "Transformer2.Engine";

    private static readonly double[] RequestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
    private static readonly double[] StepSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly int[] Rows = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
    private static readonly int[] PromptTokens = [0, 1, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

    private readonly TokenCounts _tokens;
    private readonly long[] _ended = new long[Enum.GetValues<RequestEnd>().Length];
    private readonly Counter<long> _prefixQueries;
    private readonly Counter<long> _prefixHits;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Histogram<double> _latency;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<int> _stepRows;
    private readonly Histogram<int> _stepPromptTokens;

    /// <param name="labelValues">See <see cref="EngineOptions.MetricLabelValues"/>.</param>
    /// <param name="status">The engine's load now.</param>
    internal EngineMetrics(int labelValues, Func<EngineStatus> status)
    {
        _tokens = new TokenCounts(labelValues);
        Meter.CreateObservableGauge("t2.num_requests_running", () => status().RunningSequences, "{request}", "Requests with a row of the batch.");
        Meter.CreateObservableGauge("t2.num_requests_waiting", () => status().WaitingSequences, "{request}", "Requests that wait for a row.");
        Meter.CreateObservableGauge("t2.kv_cache_usage_perc", () => CacheUsage(status()), description: "Part of the KV cache that running requests use, 0 to 1.");
        Meter.CreateObservableGauge("t2.resident_experts", () => status().ResidentExperts, "{expert}", "Experts and mixtures in the expert bank.");
        Meter.CreateObservableGauge("t2.merged_experts", () => status().MergedExperts, "{expert}", "Merged copies of hot experts that new requests take.");

        // Observed rather than added to: their series exist from the start, so that the first error already is an increase.
        Meter.CreateObservableCounter("t2.prompt_tokens", _tokens.Prompt, "{token}", "Prompt tokens of requests that got their first token.");
        Meter.CreateObservableCounter("t2.generation_tokens", _tokens.Generated, "{token}", "Tokens of answers.");
        Meter.CreateObservableCounter("t2.request_success", Ended, "{request}", "Requests that ended, by the way they did.");

        _prefixQueries = Meter.CreateCounter<long>("t2.prefix_cache_queries", "{token}", "Prompt tokens that were looked for in the KV cache.");
        _prefixHits = Meter.CreateCounter<long>("t2.prefix_cache_hits", "{token}", "Prompt tokens that were found there.");
        _timeToFirstToken = Seconds("t2.time_to_first_token", RequestSeconds, "From submission to the first token.");
        _timePerOutputToken = Seconds("t2.time_per_output_token", StepSeconds, "From one token of an answer to the next.");
        _latency = Seconds("t2.e2e_request_latency", RequestSeconds, "From submission to the end of an answer.");
        _queueTime = Seconds("t2.request_queue_time", RequestSeconds, "From submission to a row of the batch.");
        _stepDuration = Seconds("t2.step_duration", StepSeconds, "Time of a step of the batch.");
        _stepRows = Numbers("t2.step_rows", "{row}", Rows, "Rows of a step.");
        _stepPromptTokens = Numbers("t2.step_prompt_tokens", "{token}", PromptTokens, "Prompt tokens computed in a step.");
    }

    /// <summary>The meter, to tell one engine's instruments from another's.</summary>
    internal Meter Meter { get; } = new(MeterName);

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>A request that is about to be submitted.</summary>
    internal RequestMetrics Begin(EngineRequest request, int promptTokens) =>
        new(this, _tokens.Of(request.Tenant, request.ExpertLabel), promptTokens);

    /// <summary>The batch made a step.</summary>
    internal void Step(TimeSpan duration, int rows, int promptTokens)
    {
        _stepDuration.Record(duration.TotalSeconds);
        _stepRows.Record(rows);
        _stepPromptTokens.Record(promptTokens);
    }

    internal void Admitted(TimeSpan queued, int promptTokens, int cachedTokens)
    {
        _queueTime.Record(queued.TotalSeconds);
        _prefixQueries.Add(promptTokens);
        _prefixHits.Add(cachedTokens);
    }

    internal void FirstToken(TimeSpan sinceSubmission) => _timeToFirstToken.Record(sinceSubmission.TotalSeconds);

    internal void NextToken(TimeSpan sinceLast) => _timePerOutputToken.Record(sinceLast.TotalSeconds);

    internal void Answered(TimeSpan sinceSubmission) => _latency.Record(sinceSubmission.TotalSeconds);

    internal void End(RequestEnd how) => Interlocked.Increment(ref _ended[(int)how]);

    private static double CacheUsage(EngineStatus status) => status.MaxCacheBlocks == 0 ? 0 : (double)status.CacheBlocks / status.MaxCacheBlocks;

    private IEnumerable<Measurement<long>> Ended() => Enum.GetValues<RequestEnd>().Select(how => new Measurement<long>(
        Interlocked.Read(ref _ended[(int)how]), KeyValuePair.Create<string, object?>("finished_reason", how.ToString().ToLowerInvariant())));

    private Histogram<double> Seconds(string name, double[] boundaries, string description) =>
        Meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });

    private Histogram<int> Numbers(string name, string unit, int[] boundaries, string description) =>
        Meter.CreateHistogram(name, unit, description, advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = boundaries });
}

/// <summary>The ways in which a request ends.</summary>
internal enum RequestEnd
{
    /// <summary>The model ended its answer, or a stop text appeared.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,

    /// <summary>Nobody waited for the answer any more.</summary>
    Abort,

    /// <summary>It was refused after it had been read, or failed.</summary>
    Error,
}
