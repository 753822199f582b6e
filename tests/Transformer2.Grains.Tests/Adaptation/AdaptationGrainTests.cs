using System.Collections.Immutable;
using Transformer2.Experts;
using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

/// <summary>
/// Jobs on real grains. The fake engine finds an answer the more probable the nearer the mixture's multiplier is to what the prompt wants.
/// </summary>
[Collection(GrainCluster.Forgetting)]
public class AdaptationGrainTests(GrainCluster cluster)
{
    private static readonly AdaptationId Id = AdaptationId.Parse("job");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_search_makes_an_expert_that_is_nearer_to_the_examples_than_any_it_was_given()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);

        var created = await Index(tenant).Create(Id, Search());
        var ended = await End(tenant);

        Assert.Equal(AdaptationState.Queued, created.State);
        Assert.Equal((AdaptationState.Succeeded, 1.0, "", 0), (ended.State, ended.Progress, ended.Phase, ended.Resumptions));
        Assert.NotNull(ended.EndTime);
        var found = ended.FewShot!;
        Assert.Equal((7, 3), (found.Searched!.Examples, found.HeldOut!.Examples));
        Assert.Equal(found.Generations, found.BestScores.Length);
        Assert.InRange(found.HeldOut.Found.LogLikelihood, -0.02, 0);
        Assert.Equal(3, found.HeldOut.Found.Correct);
        Assert.Equal(-0.3, found.HeldOut.Base!.LogLikelihood, 6);
        Assert.Equal(-0.7, found.HeldOut.BestSingle!.LogLikelihood, 6);
        Assert.Equal(["low", "high"], found.Weights.Select(entry => entry.Expert.Value));

        var expert = await cluster.Library(tenant).Get(ExpertId.Parse("mixed"));
        Assert.Equal(("Mixture of low, high", "mixture"), (expert.DisplayName, expert.Content.Task));
        var file = ExpertFile.Read(await cluster.Blobs.GetAsync(tenant, expert.Content.Digest, Token), FakeEngine.Layout);
        var expected = 1 + found.Weights.Zip([-0.5, 1.0], (entry, distance) => entry.Weights[0] * distance).Sum();
        Assert.Equal(expected, file.Vector.Multipliers["a.weight"].Span[0], 5);
        Assert.Contains("cem", file.Metadata.Lineage, StringComparison.Ordinal);
        Assert.Matches("expert high sha256:[0-9a-f]{64} weight 0[.]", file.Metadata.Lineage!);
        await NothingIsUnfinished(tenant);
    }

    [Fact]
    public async Task A_job_that_is_asked_for_again_is_the_same_job_and_another_of_its_id_is_refused()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search());
        var ended = await End(tenant);

        var again = await Index(tenant).Create(Id, Search());

        Assert.Equal((ended.State, ended.EndTime), (again.State, again.EndTime));
        await Index(tenant).Create(Id, Search(seed: 2)).Refused(ErrorReason.AdaptationExists);
    }

    [Fact]
    public async Task The_same_seed_finds_the_same_weights()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search());
        var first = await End(tenant);
        await Index(tenant).Create(AdaptationId.Parse("again"), Search() with { Expert = ExpertId.Parse("mixed-again") });

        var second = await End(tenant, "again");

        Assert.Equal(first.FewShot!.Weights.Select(entry => entry.Weights[0]), second.FewShot!.Weights.Select(entry => entry.Weights[0]));
        Assert.Equal(
            (await cluster.Library(tenant).Get(ExpertId.Parse("mixed"))).Content.Digest,
            (await cluster.Library(tenant).Get(ExpertId.Parse("mixed-again"))).Content.Digest);
    }

    [Fact]
    public async Task A_weight_for_each_matrix_is_reported_in_the_model_s_order()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: job => job with { PerMatrix = true }));

        var ended = await End(tenant);

        Assert.Equal(AdaptationState.Succeeded, ended.State);
        Assert.All(ended.FewShot!.Weights, entry => Assert.Equal(FakeEngine.Layout.Ranks.Count, entry.Weights.Length));
    }

    [Fact]
    public async Task A_job_that_cannot_succeed_is_refused_and_leaves_nothing()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);

        await Index(tenant).Create(Id, Search(change: job => job with { Experts = [.. job.Experts, ExpertId.Parse("gone")] })).Refused(ErrorReason.ExpertNotFound);
        await Index(tenant).Create(Id, Search() with { Expert = ExpertId.Parse("low") }).Refused(ErrorReason.ExpertExists);
        await Index(tenant).Create(Id, Search(change: job => job with { Strategy = "guess" })).Refused(ErrorReason.InvalidField);
        await Index(tenant).Create(Id, Search(change: job => job with { Population = 3 })).Refused(ErrorReason.InvalidField);
        var unfit = await Index(tenant).Create(Id, Search(change: job => job with { Examples = [new("a", "b"), new("a", "c")] })).Refused(ErrorReason.InvalidExamples);
        Assert.Equal("CONTRADICTORY", unfit.Metadata["cause"]);
        unfit = await Index(tenant).Create(Id, Search(change: job => job with { Examples = [new("a", "b"), new("a", "b")] })).Refused(ErrorReason.InvalidExamples);
        Assert.Equal("DUPLICATE", unfit.Metadata["cause"]);

        Assert.Empty((await Index(tenant).List(null, 10, trainings: false)).Adaptations);
        Assert.Null(await Job(tenant).Find());
        await NothingIsUnfinished(tenant);
    }

    [Fact]
    public async Task Scores_that_are_no_numbers_fail_the_job_with_their_reason()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: job => job with { Examples = [new("fail NonFiniteLogits", "x")] }));

        var ended = await End(tenant);

        Assert.Equal((AdaptationState.Failed, ErrorReason.ScoreNotFinite), (ended.State, ended.Error!.Reason));
        await cluster.Library(tenant).Get(ExpertId.Parse("mixed")).Refused(ErrorReason.ExpertNotFound);
        await NothingIsUnfinished(tenant);
    }

    [Fact]
    public async Task An_example_that_the_model_cannot_take_is_named()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: job => job with { Examples = [new("learn 1.3", "x"), new("fail PromptTooLong", "x")] }));

        var ended = await End(tenant);

        Assert.Equal((AdaptationState.Failed, ErrorReason.PromptTooLong), (ended.State, ended.Error!.Reason));
        Assert.StartsWith("Example 2: ", ended.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expert_that_came_meanwhile_is_not_replaced_unless_that_was_asked_for()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: Slow));
        await cluster.Put(tenant, "mixed", 1.25f);
        var refused = await End(tenant);
        await Index(tenant).Create(AdaptationId.Parse("over"), Search() with { Overwrite = true });
        var replaced = await End(tenant, "over");

        Assert.Equal((AdaptationState.Failed, ErrorReason.ExpertExists), (refused.State, refused.Error!.Reason));
        Assert.Equal(AdaptationState.Succeeded, replaced.State);
        Assert.Equal("mixture", (await cluster.Library(tenant).Get(ExpertId.Parse("mixed"))).Content.Task);
    }

    [Fact]
    public async Task Cancelling_ends_a_job_within_its_generation()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: job => job with { Examples = [new("wait", "x")] }));
        await Until(tenant, Id, job => job.State == AdaptationState.Running);
        await Index(tenant).Delete(Id).Refused(ErrorReason.Conflict);

        var cancelled = await Job(tenant).Cancel();

        Assert.Equal((AdaptationState.Cancelled, ErrorReason.Cancelled), (cancelled.State, cancelled.Error!.Reason));
        await NothingIsUnfinished(tenant);

        // The node is free for the next one.
        await Index(tenant).Create(AdaptationId.Parse("next"), Search());
        Assert.Equal(AdaptationState.Succeeded, (await End(tenant, "next")).State);
        Assert.Equal(AdaptationState.Cancelled, (await Job(tenant).Cancel()).State);
        await Index(tenant).Delete(Id);
        await Job(tenant).Cancel().Refused(ErrorReason.AdaptationNotFound);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_and_are_as_many_as_may_be()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        foreach (var id in new[] { "c", "a", "b" })
        {
            await Index(tenant).Create(AdaptationId.Parse(id), Search(change: job => job with { Examples = [new("fail NonFiniteLogits", "x")] }));
            await End(tenant, id);
        }

        var first = await Index(tenant).List(null, 2, trainings: false);
        var second = await Index(tenant).List(first.Last, 2, trainings: false);

        Assert.Equal(["b", "a", "c"], first.Adaptations.Concat(second.Adaptations).Select(job => job.Id.Value));
        Assert.Null(second.Last);
        await Index(tenant).Create(AdaptationId.Parse("d"), Search()).Refused(ErrorReason.AdaptationQuota);
        await Index(tenant).Delete(AdaptationId.Parse("a"));
        await Index(tenant).Create(AdaptationId.Parse("d"), Search());
    }

    [Fact]
    public async Task A_job_outlives_its_activation_and_goes_on_where_it_was()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: Slow));
        await Until(tenant, Id, job => job.FewShot is not null);

        await cluster.Forget();
        await Index(tenant).Resume(Id);
        var ended = await End(tenant);

        Assert.Equal(AdaptationState.Succeeded, ended.State);
        await Index(tenant).Create(AdaptationId.Parse("calm"), Search(change: Slow) with { Expert = ExpertId.Parse("calm") });
        Assert.Equal((await End(tenant, "calm")).FewShot!.BestScores, ended.FewShot!.BestScores);
    }

    [Fact]
    public async Task What_was_begun_and_never_created_is_forgotten()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await cluster.Grains.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key).Add(tenant, Id);

        await Index(tenant).Resume(Id);

        await NothingIsUnfinished(tenant);
    }

    [Fact]
    public async Task A_paused_job_gives_its_place_back_and_ends_as_if_it_had_never_been_paused()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: Slow));
        await Until(tenant, Id, job => job.FewShot?.Generations > 0);

        var paused = await Job(tenant).Pause();
        Assert.Equal((AdaptationState.Paused, false), (paused.State, paused.HasEnded));
        await Index(tenant).Create(AdaptationId.Parse("calm"), Search(change: Slow) with { Expert = ExpertId.Parse("mixed-calm") });
        var calm = await End(tenant, "calm");
        await cluster.Forget();
        Assert.True(await Job(tenant).Resume());
        Assert.Equal(AdaptationState.Paused, (await Job(tenant).Find())!.State);
        Assert.Equal(AdaptationState.Queued, (await Job(tenant).Unpause()).State);
        var ended = await End(tenant);

        Assert.Equal((AdaptationState.Succeeded, 0), (ended.State, ended.Resumptions));
        Assert.Equal(calm.FewShot!.Weights.Select(entry => entry.Weights[0]), ended.FewShot!.Weights.Select(entry => entry.Weights[0]));
        Assert.Equal(AdaptationState.Succeeded, (await Job(tenant).Pause()).State);
    }

    [Fact]
    public async Task A_run_that_has_lost_its_turn_changes_nothing()
    {
        var tenant = await NewTenant();
        CallerScope.EnterTenant(tenant);
        await Index(tenant).Create(Id, Search(change: Slow));
        await Until(tenant, Id, job => job.FewShot?.Generations > 0);
        var run = cluster.Grains.GetGrain<IAdaptationRunGrain>(AdaptationKey.Of(tenant, Id));
        var old = (await run.Begin())!;
        await Job(tenant).Pause();
        var file = ExpertBytes.Of(1.1f);
        var product = new AdaptationProduct("late", [.. file], GrainCluster.Content(ContentDigest.Of(file), file.Length));

        Assert.Null(await run.Begin());
        Assert.False(await run.Advance(old.Turn, new("", 0.9, "late")));
        await run.Complete(old.Turn, product);
        await run.Fail(old.Turn, AdaptationError.Of(new(ErrorReason.Internal, "late")));
        Assert.Equal(AdaptationState.Paused, (await Job(tenant).Find())!.State);
        await Job(tenant).Unpause();
        await run.Complete(old.Turn, product);
        var ended = await End(tenant);

        Assert.Equal(AdaptationState.Succeeded, ended.State);
        Assert.Equal("Mixture of low, high", (await cluster.Library(tenant).Get(ExpertId.Parse("mixed"))).DisplayName);
    }

    private IAdaptationIndexGrain Index(TenantId tenant) => cluster.Grains.GetGrain<IAdaptationIndexGrain>(tenant.Value);

    private IAdaptationGrain Job(TenantId tenant, string id = "job") => cluster.Grains.GetGrain<IAdaptationGrain>(AdaptationKey.Of(tenant, AdaptationId.Parse(id)));

    // Multipliers 0.5 and 2; the examples want 1.3.
    private async Task<TenantId> NewTenant()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        await cluster.Put(tenant, "low", 0.5f);
        await cluster.Put(tenant, "high", 2);
        return tenant;
    }

    private static AdaptationSpec Search(ulong seed = 1, Func<AdaptationJob.FewShot, AdaptationJob.FewShot>? change = null)
    {
        var job = new AdaptationJob.FewShot
        {
            Experts = [ExpertId.Parse("low"), ExpertId.Parse("high")],
            Examples = Examples("learn"),
            Seed = seed,
        };
        return new(change?.Invoke(job) ?? job, ExpertId.Parse("mixed"), Overwrite: false);
    }

    private static AdaptationJob.FewShot Slow(AdaptationJob.FewShot job) => job with { Examples = Examples("pause") };

    private static ImmutableArray<AdaptationExample> Examples(string verb) => [.. Enumerable.Range(0, 10).Select(i => new AdaptationExample($"{verb} 1.3 {i}", "x"))];

    private Task<AdaptationRecord> End(TenantId tenant, string id = "job") => Until(tenant, AdaptationId.Parse(id), job => job.HasEnded);

    private async Task<AdaptationRecord> Until(TenantId tenant, AdaptationId id, Func<AdaptationRecord, bool> condition)
    {
        for (var version = -1L; ;)
        {
            var (now, job) = await Job(tenant, id.Value).Watch(version, Token);
            if (condition(job))
                return job;
            version = now;
        }
    }

    private async Task NothingIsUnfinished(TenantId tenant)
    {
        // A job shows its end before it has cleaned up. What is asked of its grain comes after that.
        foreach (var job in await Own())
        {
            CallerScope.EnterTenant(tenant);
            await Job(tenant, job.Id.Value).Resume();
        }

        Assert.Empty(await Own());

        async Task<UnfinishedAdaptation[]> Own()
        {
            CallerScope.EnterPlatform();
            return [.. (await cluster.Grains.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key).List()).Where(job => job.Tenant == tenant)];
        }
    }
}
