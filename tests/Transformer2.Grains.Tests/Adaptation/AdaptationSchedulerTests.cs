using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

public sealed class AdaptationSchedulerTests : IDisposable
{
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly SemaphoreSlim _next = new(0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tenants_take_turns_and_each_one_s_jobs_come_in_the_order_of_their_creation()
    {
        var scheduler = Scheduler(jobs: 1);
        foreach (var ticket in new[] { Ticket("a", "1"), Ticket("a", "3"), Ticket("a", "2"), Ticket("b", "1"), Ticket("b", "2"), Ticket("a", "1") })
            scheduler.Submit(ticket);

        await Begun(5, () => _next.Release());

        Assert.Equal(["a/1", "b/1", "a/2", "b/2", "a/3"], _begun);
    }

    [Fact]
    public async Task A_tenant_has_some_of_the_places_only()
    {
        var scheduler = Scheduler(jobs: 3);
        foreach (var ticket in new[] { Ticket("a", "1"), Ticket("a", "2"), Ticket("a", "3"), Ticket("b", "1") })
            scheduler.Submit(ticket);

        await Begun(3);

        Assert.Equal(["a/1", "a/2", "b/1"], _begun.Order(StringComparer.Ordinal));
        _next.Release(4);
        await Begun(4);
    }

    [Fact]
    public async Task A_job_that_fails_unexpectedly_makes_room_for_the_next()
    {
        var scheduler = new AdaptationScheduler(
            (ticket, _) =>
            {
                _begun.Enqueue(Name(ticket));
                throw new InvalidOperationException();
            },
            Options.Create(new InferenceNodeOptions()),
            NullLogger<AdaptationScheduler>.Instance);

        scheduler.Submit(Ticket("a", "1"));
        scheduler.Submit(Ticket("a", "2"));

        await Begun(2);
    }

    [Fact]
    public async Task A_cancelled_job_ends_or_never_begins()
    {
        var scheduler = Scheduler(jobs: 1);
        foreach (var id in new[] { "1", "2", "3" })
            scheduler.Submit(Ticket("a", id));
        await Begun(1);

        scheduler.Cancel(TenantId.Parse("a"), AdaptationId.Parse("2"));
        scheduler.Cancel(TenantId.Parse("a"), AdaptationId.Parse("1"));

        await Begun(2);
        Assert.Equal(["a/1", "a/3"], _begun);
    }

    [Fact]
    public async Task Stopping_suspends_what_runs_and_begins_nothing()
    {
        var scheduler = Scheduler(jobs: 1);
        scheduler.Submit(Ticket("a", "1"));
        scheduler.Submit(Ticket("a", "2"));
        await Begun(1);

        await scheduler.StoppingAsync(Token);
        scheduler.Submit(Ticket("a", "3"));

        Assert.Equal(["a/1"], _begun);
    }

    [Fact]
    public async Task A_job_that_comes_back_while_it_is_being_cancelled_begins_again_once_it_has_ended()
    {
        var leave = new TaskCompletionSource();
        var runs = 0;
        var scheduler = new AdaptationScheduler(
            async (ticket, _) =>
            {
                _begun.Enqueue(Name(ticket));
                Assert.Equal(1, Interlocked.Increment(ref runs));
                await leave.Task;
                Interlocked.Decrement(ref runs);
            },
            Options.Create(new InferenceNodeOptions { AdaptationJobs = 2 }),
            NullLogger<AdaptationScheduler>.Instance);
        scheduler.Submit(Ticket("a", "1"));
        await Begun(1);

        scheduler.Cancel(TenantId.Parse("a"), AdaptationId.Parse("1"));
        scheduler.Submit(Ticket("a", "1"));
        await Task.Delay(50, Token);
        Assert.Single(_begun);
        leave.SetResult();

        await Begun(2);
    }

    public void Dispose() => _next.Dispose();

    private AdaptationScheduler Scheduler(int jobs) => new(
        async (ticket, cancellationToken) =>
        {
            _begun.Enqueue(Name(ticket));
            await _next.WaitAsync(cancellationToken);
        },
        Options.Create(new InferenceNodeOptions { AdaptationJobs = jobs }),
        NullLogger<AdaptationScheduler>.Instance);

    private static AdaptationTicket Ticket(string tenant, string id) =>
        new(TenantId.Parse(tenant), AdaptationId.Parse(id), DateTimeOffset.UnixEpoch.AddSeconds(int.Parse(id)));

    private static string Name(AdaptationTicket ticket) => AdaptationKey.Of(ticket.Tenant, ticket.Id);

    private async Task Begun(int count, Action? each = null)
    {
        for (var waited = 0; _begun.Count < count; waited++)
        {
            Assert.True(waited < 1000, $"{_begun.Count} of {count} jobs have begun.");
            each?.Invoke();
            await Task.Delay(10, Token);
        }
    }
}
