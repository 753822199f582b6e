using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace Transformer2.TestKit;

/// <summary>
/// Ends a test process in which nothing has begun or ended for minutes, and says what was running: the test platform would wait for ever.
/// Applied to every test assembly.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class HangWatchAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly ConcurrentDictionary<IXunitTest, bool> Running = new();
    private static readonly Timer Watch = new(_ => End(), null, Patience, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        ArgumentNullException.ThrowIfNull(test);
        Running[test] = true;
        Watch.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        ArgumentNullException.ThrowIfNull(test);
        Running.TryRemove(test, out _);
        Watch.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    private static void End()
    {
        var running = Running.IsEmpty ? "no test, a fixture perhaps" : string.Join("; ", Running.Keys.Select(test => test.TestDisplayName).Order());
        Environment.FailFast($"The tests hang: nothing has begun or ended for {Patience.TotalMinutes} minutes. Running: {running}.");
    }
}
