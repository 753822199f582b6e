namespace Transformer2.Grains.Tests;

public class DispatchGrainTests(GrainCluster cluster)
{
    [Fact]
    public async Task The_base_model_needs_no_expert()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);

        var plan = await Dispatch(tenant, new ExpertSelection.Base());

        Assert.Equal((tenant, "base", 0), (plan.Tenant, plan.Strategy, plan.Experts.Length));
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
            Assert.Equal(new DispatchedExpert(expert.Id, expert.Content.Digest, 1), Assert.Single(plan.Experts));
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
        Assert.Equal([("b", 0.0), ("a", 3.0)], plan.Experts.Select(expert => (expert.Id.Value, expert.Weight)));
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
    public async Task Automatic_choice_is_refused()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);

        await Dispatch(tenant, new ExpertSelection.Auto()).Refused(ErrorReason.AutoNotAvailable);
    }

    private Task<DispatchPlan> Dispatch(TenantId tenant, ExpertSelection selection) =>
        cluster.Grains.GetGrain<IDispatchGrain>(tenant.Value).Dispatch(selection);

    private static ExpertSelection.Named Named(string id) => new(ExpertId.Parse(id));

    private static ExpertSelection.Mixture Mixture(params (string Id, double Weight)[] terms) =>
        new([.. terms.Select(term => new MixtureTerm(ExpertId.Parse(term.Id), term.Weight))]);
}
