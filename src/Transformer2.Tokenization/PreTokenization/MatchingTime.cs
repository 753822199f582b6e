namespace Transformer2.Tokenization;

/// <summary>
/// How much processor time the regular expressions of a tokenizer's file may take for one text, all of them together: an expression that backtracks may be
/// quick at every single place of a text, and slow at all of them. Ambient, because a text is matched part by part.
/// </summary>
/// <param name="clock">Tells the time.</param>
/// <param name="length">UTF-16 units of the text.</param>
internal sealed class MatchingTime(TimeProvider clock, long length)
{
    // Many times what any published tokenizer takes.
    private const double Base = 1, PerUnit = 0.05 / (64 << 10);

    [ThreadStatic]
    private static MatchingTime? _current;

    private readonly TimeProvider _clock = clock;
    private readonly TimeSpan _limit = TimeSpan.FromSeconds(Base + (length * PerUnit));
    private TimeSpan _taken;

    /// <summary>Does something with a text, all parts of which share the time that is allowed for it.</summary>
    public static T Bounded<T>(long length, Func<T> work, TimeProvider? clock = null)
    {
        var outer = _current;
        _current = new MatchingTime(clock ?? ThreadClock.Instance, length);
        try
        {
            return work();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Starts the clock for a part of the text on this thread, or for a text of its own.</summary>
    public static Part Start(int length)
    {
        var time = _current ?? new MatchingTime(ThreadClock.Instance, length);
        return new Part(time, time._clock.GetTimestamp());
    }

    public static TokenizerException TooLong(Exception? cause = null) =>
        new("The tokenizer's regular expression took too long on this text.", cause);

    /// <summary>The time since the last look.</summary>
    /// <param name="time">Of the whole text.</param>
    /// <param name="since">When it was looked at last.</param>
    internal struct Part(MatchingTime time, long since)
    {
        /// <summary>Refuses to go on when the time is up.</summary>
        /// <exception cref="TokenizerException">It is.</exception>
        public void Check()
        {
            var now = time._clock.GetTimestamp();
            time._taken += time._clock.GetElapsedTime(since, now);
            since = now;
            if (time._taken > time._limit)
                throw TooLong();
        }
    }
}
