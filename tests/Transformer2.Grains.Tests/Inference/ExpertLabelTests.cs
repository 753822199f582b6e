using System.Collections.Immutable;

namespace Transformer2.Grains.Tests;

public class ExpertLabelTests(GrainCluster cluster)
{
    [Fact]
    public async Task The_engine_knows_what_to_call_a_plans_expert()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var expert = await cluster.Put(tenant, "math", 1.5f);
        DispatchedExpert math = new(expert.Id, expert.Content.Digest, 1);

        Assert.Equal("base", await Label(tenant));
        Assert.Equal("math", await Label(tenant, math));
        Assert.Equal("mixture", await Label(tenant, math with { Weight = 0.5 }));
        Assert.Equal("mixture", await Label(tenant, math, math));
    }

    private async Task<string> Label(TenantId tenant, params ImmutableArray<DispatchedExpert> experts)
    {
        var spec = new GenerationSpec { RequestId = Guid.NewGuid().ToString("n"), Text = "one", MaxTokens = 1 };
        await cluster.Grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode)
            .Generate(new(tenant, DispatchStrategy.Expert, new(experts)), spec, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        return cluster.Engine.Requests[spec.RequestId].ExpertLabel;
    }
}
