using System.Globalization;

namespace Transformer2.Cli;

/// <summary>Computes the units that are not done, in their order, beside other processes that do the same in the same work folder.</summary>
/// <param name="run">Where, and with what.</param>
/// <param name="units">All units; what a unit needs stands before it.</param>
internal sealed class LabRunner(LabRun run, IReadOnlyList<ILabUnit> units)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Computes to the end.</summary>
    /// <param name="cancellationToken">Stops it; what is done is kept.</param>
    /// <exception cref="OperationCanceledException">Cancelled; run again to go on.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var start = run.Host.Time.GetTimestamp();
        var done = 0.0;
        while (Open() is { Count: > 0 } open)
        {
            var next = open.Where(unit => unit.Needs.All(run.Store.Has)).Select(unit => (Unit: unit, Lock: run.Store.TryHold(unit))).FirstOrDefault(entry => entry.Lock is not null);
            if (next.Lock is null)
            {
                // What is left is others', or waits for them.
                await Task.Delay(Poll, cancellationToken);
                continue;
            }

            using var held = next.Lock;
            if (run.Store.Has(next.Unit))
            {
                continue; // by another process, between the two looks
            }

            Report(next.Unit, open, done == 0 ? null : run.Host.Time.GetElapsedTime(start) / done);
            cancellationToken.ThrowIfCancellationRequested();
            await next.Unit.ComputeAsync(run, cancellationToken);
            done += next.Unit.Effort;
        }
    }

    private List<ILabUnit> Open() => [.. units.Where(unit => !run.Store.Has(unit))];

    private void Report(ILabUnit unit, List<ILabUnit> open, TimeSpan? perEffort)
    {
        var left = perEffort is { } pace ? string.Create(CultureInfo.InvariantCulture, $", about {pace * open.Sum(other => other.Effort):hh\\:mm\\:ss} left") : "";
        run.Host.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"unit {units.Index().First(entry => entry.Item == unit).Index + 1} of {units.Count} ({units.Count - open.Count} done{left}): {unit.Name}"));
    }
}
