using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

public class InFlightGenerationsTests
{
    private readonly InFlightGenerations _inFlight = new();

    [Fact]
    public async Task A_drain_waits_for_what_runs_and_takes_nothing_new()
    {
        var first = _inFlight.Enter();
        var second = _inFlight.Enter();
        var drained = _inFlight.Drain(TestContext.Current.CancellationToken);

        first.Dispose();
        first.Dispose();
        Assert.False(drained.IsCompleted);
        Assert.Equal(ErrorReason.Draining, Assert.Throws<PlatformException>(_inFlight.Enter).Reason);
        second.Dispose();

        await drained;
    }

    [Fact]
    public async Task An_idle_node_is_drained_at_once() => await _inFlight.Drain(TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_drain_ends_with_the_hosts_patience()
    {
        using var patience = new CancellationTokenSource();
        using var running = _inFlight.Enter();
        var drained = _inFlight.Drain(patience.Token);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drained);
    }
}
