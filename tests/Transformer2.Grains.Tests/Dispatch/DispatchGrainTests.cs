namespace Transformer2.Grains.Tests;

public class DispatchGrainTests(GrainCluster cluster)
{
    [Fact]
    public async Task The_base_model_needs_no_expert()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);

        var plan = await Dispatch(tenant, new ExpertSelection.Base());

        Assert.Equal((tenant, "base", 0), (plan.Tenant, plan.Strategy, plan.Target.Experts.Length));
    }

    [Fact]
    public async Task A_choice_is_never_stale()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        await Dispatch(tenant, Named("math")).Refused(ErrorReason.ExpertNotFound);

        for (var round = 0; round < 20; round++)
        {
            var expert = await cluster.Put(tenant, "math", 1 + (round * 0.125f), overwrite: true);
            var plan = await Dispatch(tenant, Named("math"));
            Assert.Equal(new DispatchedExpert(expert.Id, expert.Content.Digest, 1), Assert.Single(plan.Target.Experts));
        }

        await cluster.Library(tenant).Delete(ExpertId.Parse("math"), null);
        await Dispatch(tenant, Named("math")).Refused(ErrorReason.ExpertNotFound);
    }

    [Fact]
    public async Task A_mixture_keeps_order_and_weights()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        await cluster.Put(tenant, "a", 1.5f);
        await cluster.Put(tenant, "b", 1.25f);

        var plan = await Dispatch(tenant, Mixture(("b", 0), ("a", 3)));

        Assert.Equal("mixture", plan.Strategy);
        Assert.Equal([("b", 0.0), ("a", 3.0)], plan.Target.Experts.Select(expert => (expert.Id.Value, expert.Weight)));
        await Dispatch(tenant, Mixture(("a", 1), ("c", 1))).Refused(ErrorReason.ExpertNotFound);
    }

    [Fact]
    public async Task Mixtures_that_make_no_sense_are_refused_here_too()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        ExpertSelection[] wrong =
        [
            Mixture(),
            Mixture(("a", double.NaN)),
            Mixture(("a", double.PositiveInfinity)),
            Mixture(("a", -1)),
            Mixture(("a", 0)),
            Mixture(("a", 17)),
            Mixture(("a", 1), ("a", 2)),
            Mixture([.. Enumerable.Range(0, 17).Select(i => ($"e{i}", 1.0))]),
        ];

        foreach (var mixture in wrong)
            await Dispatch(tenant, mixture).Refused(ErrorReason.InvalidMixture);
    }

    [Fact]
    public async Task Automatic_choice_plans_pass_1_with_what_the_library_has()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var math = await cluster.Put(tenant, "math", 1.5f);

        var plan = await Dispatch(tenant, new ExpertSelection.Auto());

        Assert.Equal("prompt", plan.Strategy);
        var categories = plan.Automatic!.Classification!.Categories;
        Assert.Equal(["math", "code", "reasoning", "other"], categories.Select(category => category.Name));
        Assert.Equal(math.Content.Digest, Assert.Single(categories[0].Target!.Experts).Digest);
        Assert.Null(categories[1].Target);
        Assert.Equal([false, false, false, true], categories.Select(category => category.IsOther));
        Assert.True(plan.Automatic.Classification.Calibrate);
        Assert.Equal(DispatchTarget.Base, plan.Automatic.Fallback);

        await cluster.Put(tenant, "classifier", 1.25f);
        plan = await Dispatch(tenant, new ExpertSelection.Auto());
        Assert.Equal("classifier", plan.Strategy);
        Assert.Equal("classifier", plan.Automatic!.Classification!.Classifier!.Id.Value);
        Assert.False(plan.Automatic.Classification.Calibrate);
    }

    [Fact]
    public async Task A_request_s_policy_lies_over_the_tenant_s_and_that_over_the_platform_s()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        await cluster.Put(tenant, "math", 1.5f);
        await cluster.Put(tenant, "poems", 1.25f);
        var policies = cluster.Grains.GetGrain<IDispatchPolicyGrain>(tenant.Value);
        var before = await Dispatch(tenant, new ExpertSelection.Auto());
        await policies.Set(
            new()
            {
                Categories = [new("sums", "", Named("math")), new("verse", "", Named("poems"))],
                Fallback = new(null),
                ConfidenceThreshold = 0.5,
            },
            version: null);

        var plan = await Dispatch(tenant, new ExpertSelection.Auto(new() { ConfidenceThreshold = 0.75 }));

        Assert.Equal(["sums", "verse"], plan.Automatic!.Classification!.Categories.Select(category => category.Name));
        Assert.Equal((0.75, DispatchPolicies.Top, null), (plan.Automatic.Classification.ConfidenceThreshold, plan.Automatic.Classification.Composition, plan.Automatic.Fallback));
        Assert.NotEqual(before.Automatic!.Version, plan.Automatic.Version);
    }

    [Fact]
    public async Task What_a_policy_names_and_does_not_exist_is_answered_by_its_fall_back_or_refused()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var poems = await cluster.Put(tenant, "poems", 1.25f);
        DispatchPolicy policy = new() { Strategy = DispatchStrategy.Mixture, Mixture = ExpertId.Parse("gone"), Fallback = new(Named("poems")) };

        var plan = await Dispatch(tenant, new ExpertSelection.Auto(policy));

        Assert.Equal(DispatchFallbackReason.ExpertMissing, plan.Automatic!.FallbackReason);
        Assert.Equal(poems.Content.Digest, Assert.Single(plan.Target.Experts).Digest);
        await Dispatch(tenant, new ExpertSelection.Auto(policy with { Fallback = new(null) })).Refused(ErrorReason.DispatchRefused);
        await Dispatch(tenant, new ExpertSelection.Auto(policy with { Fallback = new(Named("gone-too")) })).Refused(ErrorReason.DispatchRefused);
    }

    [Fact]
    public async Task Policies_that_make_no_sense_are_refused()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var policies = cluster.Grains.GetGrain<IDispatchPolicyGrain>(tenant.Value);
        DispatchCategory[] two = [new("a", ""), new("b", "")];
        DispatchPolicy[] wrong =
        [
            new() { Strategy = "best" },
            new() { Composition = "sum" },
            new() { ConfidenceThreshold = 1.5 },
            new() { ConfidenceThreshold = double.NaN },
            new() { Categories = [two[0]] },
            new() { Categories = [two[0], new("A", "")] },
            new() { Categories = [two[0], new("b c", "")] },
            new() { Categories = [two[0], new("", "")] },
            new() { Categories = [two[0], new("b", new string('x', 1001))] },
            new() { Categories = [.. Enumerable.Range(0, 33).Select(i => new DispatchCategory($"c{i}", ""))] },
            new() { Categories = [two[0], new("b", "", new ExpertSelection.Auto())] },
            new() { Fallback = new(new ExpertSelection.Auto()) },
            new() { Template = new("t", 1, null, "no place", "", "") },
            new() { Template = new("t", 1, null, "{prompt}{prompt}", "", "") },
            new() { Template = new("t", 0, null, "{prompt}", "", "") },
            new() { Template = new("", 1, null, "{prompt}", "", "") },
            new() { Template = new("t", 1, new string('x', 16_385), "{prompt}", "", "") },
        ];

        foreach (var policy in wrong)
        {
            await policies.Set(policy, version: null).Refused(ErrorReason.InvalidPolicy);
            await Dispatch(tenant, new ExpertSelection.Auto(policy)).Refused(ErrorReason.InvalidPolicy);
        }

        await policies.Set(new() { Fallback = new(Mixture()) }, version: null).Refused(ErrorReason.InvalidMixture);
        Assert.Equal(0, (await policies.Get()).Version);
    }

    [Fact]
    public async Task A_policy_that_changed_meanwhile_is_not_overwritten()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var policies = cluster.Grains.GetGrain<IDispatchPolicyGrain>(tenant.Value);
        var first = await policies.Set(new() { ConfidenceThreshold = 0.25 }, version: 0);

        await policies.Set(new(), version: 0).Refused(ErrorReason.EtagMismatch);

        Assert.Equal(1, first.Version);
        Assert.Equal(0.25, (await policies.Get()).Policy.ConfidenceThreshold);
        Assert.Null(await policies.GetSnapshot(1));
    }

    [Fact]
    public async Task Another_tenant_s_policy_is_out_of_reach()
    {
        var (tenant, other) = (await cluster.NewTenant(), await cluster.NewTenant());
        CallerScope.EnterTenant(tenant);
        await cluster.Grains.GetGrain<IDispatchPolicyGrain>(other.Value).Get().Refused(ErrorReason.TenantMismatch);
    }

    private Task<DispatchPlan> Dispatch(TenantId tenant, ExpertSelection selection) =>
        cluster.Grains.GetGrain<IDispatchGrain>(tenant.Value).Dispatch(selection);

    private static ExpertSelection.Named Named(string id) => new(ExpertId.Parse(id));

    private static ExpertSelection.Mixture Mixture(params (string Id, double Weight)[] terms) =>
        new([.. terms.Select(term => new MixtureTerm(ExpertId.Parse(term.Id), term.Weight))]);
}
