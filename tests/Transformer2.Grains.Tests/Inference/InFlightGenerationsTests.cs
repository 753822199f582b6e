using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

public class InFlightGenerationsTests
{
    private readonly InFlightGenerations inFlight = new();

    [Fact]
    public async Task A_drain_waits_for_what_runs_and_takes_nothing_new()
    {
        var first = inFlight.Enter();
        var second = inFlight.Enter();
        var drained = inFlight.Drain(TestContext.Current.CancellationToken);

        first.Dispose();
        first.Dispose();
        Assert.False(drained.IsCompleted);
        Assert.Equal(ErrorReason.Draining, Assert.Throws<PlatformException>(inFlight.Enter).Reason);
        second.Dispose();

        await drained;
    }

    [Fact]
    public async Task An_idle_node_is_drained_at_once() => await inFlight.Drain(TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_drain_ends_with_the_hosts_patience()
    {
        using var patience = new CancellationTokenSource();
        using var running = inFlight.Enter();
        var drained = inFlight.Drain(patience.Token);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drained);
    }
}
