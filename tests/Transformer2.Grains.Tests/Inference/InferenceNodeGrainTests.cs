namespace Transformer2.Grains.Tests;

public class InferenceNodeGrainTests(GrainCluster cluster)
{
    private IInferenceNodeGrain Node => cluster.Grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode);

    [Fact]
    public async Task Model_and_status_cross_silos()
    {
        var model = await Node.GetModel();
        var status = await Node.GetStatus();

        Assert.Equal(("fake", 64, 100, 1000L), (model.Id, model.ContextLength, model.VocabularySize, model.ParameterCount));
        Assert.Equal([("a.weight", 4), ("b.weight", 3)], model.Matrices.Select(matrix => (matrix.Name, matrix.Rank)).Order());
        Assert.Equal(8, status.MaxRunning);
    }

    [Fact]
    public async Task A_plan_is_answered_with_its_experts()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var expert = await cluster.Put(tenant, "math", 1.5f);

        var events = await Generate(tenant, Spec("one two"), new DispatchedExpert(expert.Id, expert.Content.Digest, 0.5));

        Assert.Equal(["one", "two"], events.OfType<GenerationEventRecord.Delta>().Select(delta => delta.Text));
        var end = Assert.IsType<GenerationEventRecord.Completed>(events[^1]);
        Assert.Equal((GenerationEnd.Stop, 2, 1), (end.End, end.CompletionTokens, end.CachedPromptTokens));
        var seen = cluster.Engine.Requests[LastId];
        Assert.Equal(tenant.Value, seen.Tenant);
        var composed = Assert.Single(seen.Experts);
        Assert.Equal((1, 0.75f), (composed.Weight, composed.Expert.Multipliers["a.weight"].Span[0]));
    }

    [Fact]
    public async Task Cancelling_frees_the_row()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var stream = Node.Generate(new(tenant, DispatchStrategy.Base, DispatchTarget.Base), Spec("hang"), cancelled.Token).WithCancellation(cancelled.Token);
        await using var events = stream.GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.IsType<GenerationEventRecord.Dispatched>(events.Current);
        Assert.True(await events.MoveNextAsync());

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        await cluster.Engine.Ended(LastId).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Leaving_the_stream_frees_the_row()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var plan = new DispatchPlan(tenant, DispatchStrategy.Base, DispatchTarget.Base);
        await foreach (var happened in Node.Generate(plan, Spec("hang"), TestContext.Current.CancellationToken))
        {
            if (happened is GenerationEventRecord.Delta)
                break;
        }

        await cluster.Engine.Ended(LastId).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Refusals_cross_silos_with_reason_and_message()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);

        var refusal = await Generate(tenant, Spec("fail Overloaded")).Refused(ErrorReason.Overloaded);

        Assert.Equal("The fake engine refuses.", refusal.Message);
        Assert.Equal(FakeEngine.RetryAfter, refusal.RetryAfter);
        await Generate(tenant, Spec("x"), new DispatchedExpert(ExpertId.Parse("gone"), ContentDigest.Of([9]), 1))
            .Refused(ErrorReason.ExpertNotFound);
    }

    private string LastId { get; set; } = "";

    private GenerationSpec Spec(string text) => new() { RequestId = LastId = Guid.NewGuid().ToString("n"), Text = text, MaxTokens = 10 };

    private async Task<List<GenerationEventRecord>> Generate(TenantId tenant, GenerationSpec spec, params DispatchedExpert[] experts) =>
        await Node.Generate(new(tenant, DispatchStrategy.Expert, new([.. experts])), spec, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
}
