namespace Transformer2.Grains.Tests;

[Collection(GrainCluster.Forgetting)]
public class IdleNodeTests(GrainCluster cluster)
{
    [Fact]
    public async Task A_stream_that_nobody_reads_from_at_the_moment_outlives_the_collection_of_idle_grains()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var spec = new GenerationSpec { RequestId = Guid.NewGuid().ToString("n"), Text = "hold", MaxTokens = 10 };
        await using var events = cluster.Grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode)
            .Generate(new(tenant, DispatchStrategy.Base, DispatchTarget.Base), spec, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        do
            Assert.True(await events.MoveNextAsync());
        while (events.Current is not GenerationEventRecord.Delta);

        await cluster.Forget();
        cluster.Engine.Release();

        Assert.True(await events.MoveNextAsync());
        Assert.IsType<GenerationEventRecord.Completed>(events.Current);
    }
}
