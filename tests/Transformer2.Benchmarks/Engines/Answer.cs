using System.Diagnostics;
using Transformer2.Engine;

namespace Transformer2.Benchmarks;

/// <summary>A request's answer with the moments in which its tokens arrived.</summary>
internal sealed class Answer
{
    private readonly List<(long At, int Tokens)> _arrivals = [];
    private readonly List<int> _tokens = [];

    /// <summary>The tokens.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>How the engine itself saw it; null when the answer was cancelled.</summary>
    public GenerationCompleted? Completed { get; private set; }

    /// <summary>Time to the first token, by the engine's clock.</summary>
    public double FirstTokenSeconds => Completed!.Timings.FirstToken.TotalSeconds;

    /// <summary>When the last tokens arrived.</summary>
    public long LastArrival => _arrivals[^1].At;

    /// <summary>Seconds between arrivals within a time.</summary>
    public IEnumerable<double> Gaps(long start, long end)
    {
        var within = _arrivals.Where(arrival => arrival.At >= start && arrival.At <= end).Select(arrival => arrival.At).ToArray();
        return within.Zip(within.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one, next).TotalSeconds);
    }

    /// <summary>Takes an event that has just come.</summary>
    public void Take(GenerationEvent generated)
    {
        if (generated is TextDelta delta)
        {
            _arrivals.Add((Stopwatch.GetTimestamp(), delta.TokenIds.Count));
            _tokens.AddRange(delta.TokenIds);
        }
        else if (generated is GenerationCompleted completed)
        {
            Completed = completed;
        }
    }

    /// <summary>
    /// Tokens per second of several answers together while all of them were being generated: after the last one's first token, before the
    /// first one's end. Null when that time has less than half of the tokens.
    /// </summary>
    public static double? TokensPerSecond(IReadOnlyList<Answer> answers)
    {
        var start = answers.Max(answer => answer._arrivals[0].At);
        var end = answers.Min(answer => answer.LastArrival);
        var tokens = answers.Sum(answer => answer._arrivals.Where(arrival => arrival.At > start && arrival.At <= end).Sum(arrival => arrival.Tokens));
        return tokens * 2 >= answers.Sum(answer => answer._tokens.Count) ? tokens / Stopwatch.GetElapsedTime(start, end).TotalSeconds : null;
    }
}
