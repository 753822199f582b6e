namespace Transformer2.Gateway;

/// <summary>By when a generation must have begun.</summary>
internal static class StartDeadline
{
    // When a deadline passes, client and server each end the call by their own clock, without a reason. A refusal must come before.
    private const double RemainingShare = 0.1;
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(100);

    /// <summary>A little before the call's deadline, so that a refusal arrives with its reason; null without one.</summary>
    /// <param name="deadline">The call's deadline in UTC; <see cref="DateTime.MaxValue"/> when the client set none.</param>
    /// <param name="now">The time.</param>
    public static DateTimeOffset? Of(DateTime deadline, DateTimeOffset now)
    {
        if (deadline == DateTime.MaxValue)
            return null;
        var left = new DateTimeOffset(DateTime.SpecifyKind(deadline, DateTimeKind.Utc)) - now;
        var early = TimeSpan.FromTicks(Math.Min(Most.Ticks, (long)(left.Ticks * RemainingShare)));
        return now + left - early;
    }
}
