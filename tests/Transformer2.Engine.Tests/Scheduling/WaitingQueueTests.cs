using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Scheduling;

public sealed class WaitingQueueTests(EngineFixture fixture)
{
    private readonly ITokenizer _tokenizer = TokenizerFile.Load(fixture.ModelDirectory);

    [Fact]
    public void No_more_wait_than_may()
    {
        var queue = new WaitingQueue(capacity: 3, TimeProvider.System);
        using var request = new Request([1], 1, _tokenizer);
        var refused = 0;
        Parallel.For(0, 50, _ =>
        {
            if (Record.Exception(() => queue.Add(request.Sequence)) is EngineException { Reason: EngineError.Overloaded }) Interlocked.Increment(ref refused);
        });
        Assert.Equal((3, 47), (queue.Count, refused));
        Assert.True(queue.TryTake(queue.Peek()!));
        queue.Add(request.Sequence);
        Assert.Equal(3, queue.Count);
    }

    [Fact]
    public async Task Closing_wakes_the_reader_and_loses_no_request()
    {
        var token = TestContext.Current.CancellationToken;
        for (var round = 0; round < 50; round++)
        {
            var queue = new WaitingQueue(capacity: 1000, TimeProvider.System);
            using var request = new Request([1], 1, _tokenizer);
            var taken = 0;
            var reader = Task.Run(() =>
            {
                while (queue.IsOpen(wait: true))
                {
                    if (queue.Peek() is { } next && queue.TryTake(next)) taken++;
                }
            }, token);
            var added = 0;
            var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 100 && Record.Exception(() => queue.Add(request.Sequence)) is null; i++) Interlocked.Increment(ref added);
            }, token)).ToArray();
            if (round % 2 == 0) await writers[0];
            var rest = queue.Close();
            await Task.WhenAll([reader, .. writers]);
            Assert.Equal(added, taken + rest.Count);
            Assert.Equal(EngineError.Unavailable, Assert.Throws<EngineException>(() => queue.Add(request.Sequence)).Reason);
        }
    }

    [Fact]
    public void A_higher_priority_goes_first_and_a_tenant_that_has_had_less_before_one_that_has_had_more()
    {
        var queue = new WaitingQueue(capacity: 100, TimeProvider.System);
        List<Request> requests = [];
        foreach (var (tenant, priority, count) in new[]
        {
            ("greedy", RequestPriority.Interactive, 3), ("late", RequestPriority.Interactive, 2), ("night", RequestPriority.Background, 1), ("bulk", RequestPriority.Batch, 1),
        })
        {
            for (var i = 0; i < count; i++) requests.Add(Add(queue, tenant, priority));
        }

        List<string> order = [];
        while (queue.Peek() is { } next)
        {
            Assert.True(queue.TryTake(next));
            order.Add(next.Request.Tenant);
            queue.Charge(next, tokens: 10);
        }

        Assert.Equal(["greedy", "late", "greedy", "late", "greedy", "bulk", "night"], order);
        requests.ForEach(request => request.Dispose());
    }

    [Fact]
    public void A_tenant_with_twice_the_weight_gets_twice_the_service()
    {
        var queue = new WaitingQueue(capacity: 1000, TimeProvider.System);
        List<Request> requests = [];
        for (var i = 0; i < 60; i++)
        {
            requests.Add(Add(queue, "one", RequestPriority.Interactive));
            requests.Add(Add(queue, "two", RequestPriority.Interactive, weight: 2));
        }

        var served = new Dictionary<string, int>();
        for (var i = 0; i < 60; i++)
        {
            var next = queue.Peek()!;
            Assert.True(queue.TryTake(next));
            served[next.Request.Tenant] = served.GetValueOrDefault(next.Request.Tenant) + 1;
            queue.Charge(next, tokens: 7);
        }

        Assert.InRange(served["two"], 39, 41);
        requests.ForEach(request => request.Dispose());
    }

    [Fact]
    public void A_pause_earns_nothing()
    {
        var queue = new WaitingQueue(capacity: 1000, TimeProvider.System);
        List<Request> requests = [];
        for (var i = 0; i < 50; i++) requests.Add(Add(queue, "busy", RequestPriority.Interactive));
        for (var i = 0; i < 20; i++) Serve();
        for (var i = 0; i < 20; i++) requests.Add(Add(queue, "returned", RequestPriority.Interactive));

        List<string> order = [.. Enumerable.Range(0, 20).Select(_ => Serve())];
        Assert.InRange(order.Count(tenant => tenant == "busy"), 9, 11);
        requests.ForEach(request => request.Dispose());

        string Serve()
        {
            var next = queue.Peek()!;
            Assert.True(queue.TryTake(next));
            queue.Charge(next, tokens: 5);
            return next.Request.Tenant;
        }
    }

    [Fact]
    public void A_flood_of_one_tenant_does_not_shut_the_others_out()
    {
        var queue = new WaitingQueue(capacity: 10, TimeProvider.System);
        var flood = Enumerable.Range(0, 10).Select(_ => Add(queue, "flood", RequestPriority.Interactive)).ToArray();
        Assert.Equal(EngineError.Overloaded, Assert.Throws<EngineException>(() => Add(queue, "flood", RequestPriority.Interactive)).Reason);

        using var other = Add(queue, "other", RequestPriority.Interactive);

        Assert.Equal(10, queue.Count);
        Assert.Equal([.. Enumerable.Repeat(false, 9), true], flood.Select(request => request.HasEnded));
        var error = Assert.IsType<EngineException>(flood[^1].Sequence.Events.Completion.Exception!.InnerException);
        Assert.Equal(EngineError.Overloaded, error.Reason);
        Assert.InRange(error.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        foreach (var request in flood) request.Dispose();
    }

    [Fact]
    public void Answers_of_a_request_that_has_begun_go_first_and_are_never_displaced()
    {
        var queue = new WaitingQueue(capacity: 3, TimeProvider.System);
        using var begun = new Request([1], 1, _tokenizer, like: Request.Any with { Tenant = "many", Answers = 4 });
        using var later = Add(queue, "many", RequestPriority.Interactive);
        var siblings = begun.Sequence.Siblings();
        Assert.True(queue.TryAddBegun(siblings)); // though they are more than may wait
        Assert.Equal(4, queue.Count);

        // Only what has not begun gives up its place; with one request the tenant has no more than the newcomer would.
        Assert.Equal(EngineError.Overloaded, Assert.Throws<EngineException>(() => Add(queue, "other", RequestPriority.Interactive)).Reason);
        Assert.False(later.HasEnded);

        List<Sequence> order = [];
        while (queue.Peek() is { } next && queue.TryTake(next)) order.Add(next);
        Assert.Equal([.. siblings, later.Sequence], order);
        queue.Close();
        Assert.False(queue.TryAddBegun(siblings));
    }

    [Fact]
    public void A_request_that_gave_up_its_place_while_it_was_looked_at_is_not_taken()
    {
        var queue = new WaitingQueue(capacity: 2, TimeProvider.System);
        using var looked = Add(queue, "flood", RequestPriority.Batch);
        Assert.Same(looked.Sequence, queue.Peek());
        using var urgent = Add(queue, "flood", RequestPriority.Interactive);
        using var other = Add(queue, "other", RequestPriority.Interactive);
        Assert.True(looked.HasEnded);

        Assert.False(queue.TryTake(looked.Sequence));
        Assert.Equal(2, queue.Count);
        Assert.True(queue.TryTake(queue.Peek()!));
        Assert.True(queue.TryTake(queue.Peek()!));
        Assert.Null(queue.Peek());
    }

    private Request Add(WaitingQueue queue, string tenant, RequestPriority priority, double weight = 1)
    {
        var request = new Request([1], 1, _tokenizer, like: Request.Any with { Tenant = tenant, Priority = priority, Weight = weight });
        queue.Add(request.Sequence);
        return request;
    }
}
