using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

/// <summary>Calls that reach around the gateway are refused by the silos themselves.</summary>
public class TenantScopeTests(GrainCluster cluster)
{
    [Fact]
    public async Task Without_a_scope_no_owned_grain_answers()
    {
        await cluster.Grains.GetGrain<ITenantGrain>("x").Get().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IExpertLibraryGrain>("x").GetSnapshot(-1).Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IDispatchGrain>("x").Dispatch(new ExpertSelection.Base()).Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<ITenantDirectoryGrain>(ITenantDirectoryGrain.Key).List(null, 1).Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IApiKeyRingGrain>("x").List().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IAdaptationIndexGrain>("x").List(null, 1, trainings: false).Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IAdaptationGrain>("x/y").Find().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IAdaptationRunGrain>("x/y").Begin().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key).List().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IApiKeyGrain>("x").Get().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IApiKeyGrain>("x").Revoke().Refused(ErrorReason.TenantMismatch);
    }

    [Fact]
    public async Task A_tenants_scope_reaches_its_own_grains_only()
    {
        var other = await cluster.NewTenant();
        CallerScope.EnterTenant(other);
        await cluster.Put(other, "math", 1.5f);
        var own = await cluster.NewTenant();
        CallerScope.EnterTenant(own);

        Assert.Equal(own, (await cluster.Grains.GetGrain<ITenantGrain>(own.Value).Get())!.Id);
        await cluster.Library(other).Get(ExpertId.Parse("math")).Refused(ErrorReason.TenantMismatch);
        await cluster.Library(other).Delete(ExpertId.Parse("math"), null).Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IDispatchGrain>(other.Value).Dispatch(new ExpertSelection.Base()).Refused(ErrorReason.TenantMismatch);
        Assert.Null(await cluster.Grains.GetGrain<IAdaptationGrain>($"{own}/job").Find());
        await cluster.Grains.GetGrain<IAdaptationGrain>($"{other}/job").Find().Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key)
            .Add(other, AdaptationId.Parse("job")).Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<ITenantGrain>(own.Value).Ensure("x").Refused(ErrorReason.TenantMismatch);
        await cluster.Grains.GetGrain<IApiKeyRingGrain>(own.Value).List().Refused(ErrorReason.TenantMismatch);
    }

    [Fact]
    public async Task A_stream_for_another_tenants_plan_is_refused()
    {
        var other = await cluster.NewTenant();
        CallerScope.EnterTenant(other);
        CallerScope.EnterTenant(await cluster.NewTenant());
        var stream = cluster.Grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode)
            .Generate(
                new(other, DispatchStrategy.Base, DispatchTarget.Base),
                new() { RequestId = "x", Text = "x", MaxTokens = 1 },
                TestContext.Current.CancellationToken);

        await stream.ToListAsync(TestContext.Current.CancellationToken).AsTask().Refused(ErrorReason.TenantMismatch);
    }
}
