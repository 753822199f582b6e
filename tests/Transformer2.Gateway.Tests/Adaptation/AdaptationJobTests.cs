using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;
using AdaptationState = Transformer2.V1.AdaptationState;
using LabelledPrompt = Transformer2.V1.LabelledPrompt;

namespace Transformer2.Gateway.Tests;

/// <summary>
/// Jobs over the wire. The fake engine finds an answer the more probable the nearer the mixture's first multiplier is to what the prompt wants: 1.3 between an
/// expert of 0.5 and one of 2.
/// </summary>
public class AdaptationJobTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Changes to a good request, the status and reason that refuse it, and the field or the cause.</summary>
    public static TheoryData<string> Mistakes => [.. Refused.Keys];

    private static Dictionary<string, (Action<CreateAdaptationRequest> Change, StatusCode Status, string Reason, string? Fact)> Refused { get; } = new()
    {
        ["no job"] = (request => request.ClearJob(), StatusCode.InvalidArgument, ErrorReason.InvalidField, "job"),
        ["an id in capitals"] = (request => request.AdaptationId = "Job", StatusCode.InvalidArgument, ErrorReason.InvalidField, "adaptation_id"),
        ["an expert id with a slash"] = (request => request.ExpertId = "a/b", StatusCode.InvalidArgument, ErrorReason.InvalidField, "expert_id"),
        ["no expert"] = (request => request.FewShot.Experts.Clear(), StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.experts"),
        ["an expert twice"] = (request => request.FewShot.Experts.Add("low"), StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.experts"),
        ["seventeen experts"] = (
            request => request.FewShot.Experts.Add(Enumerable.Range(0, 15).Select(i => $"e{i}")), StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.experts"),
        ["an expert that is missing"] = (request => request.FewShot.Experts.Add("gone"), StatusCode.NotFound, ErrorReason.ExpertNotFound, null),
        ["another tenant's expert"] = (request => request.FewShot.Experts.Add("tenants/demo/experts/math"), StatusCode.NotFound, ErrorReason.ExpertNotFound, null),
        ["an expert id that is taken"] = (request => request.ExpertId = "low", StatusCode.AlreadyExists, ErrorReason.ExpertExists, null),
        ["an unknown strategy"] = (request => request.FewShot.Strategy = "guess", StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot"),
        ["a population of one"] = (request => request.FewShot.Population = 1, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.population"),
        ["a population too large"] = (request => request.FewShot.Population = 1025, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.population"),
        ["a population without chance"] = (request => request.FewShot.Population = 4, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot"),
        ["too many generations"] = (request => request.FewShot.Generations = 1001, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.generations"),
        ["generations below zero"] = (request => request.FewShot.Generations = -1, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.generations"),
        ["an elite of all and more"] = (request => request.FewShot.EliteRatio = 1.5, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.elite_ratio"),
        ["an elite that is no number"] = (request => request.FewShot.EliteRatio = double.NaN, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot.elite_ratio"),
        ["an elite of one"] = (request => request.FewShot.EliteRatio = 0.04, StatusCode.InvalidArgument, ErrorReason.InvalidField, "few_shot"),
        ["no example"] = (request => request.FewShot.Examples.Clear(), StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "NONE"),
        ["too many examples"] = (
            request => request.FewShot.Examples.Add(Enumerable.Range(0, 1001).Select(i => new Example { Prompt = $"p{i}", Answer = "a" })),
            StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "TOO_MANY"),
        ["an empty answer"] = (request => request.FewShot.Examples[1].Answer = " ", StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "EMPTY"),
        ["a prompt too long"] = (
            request => request.FewShot.Examples[1].Prompt = new string('x', 65_537), StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "TOO_LONG"),
        ["an example twice"] = (
            request => request.FewShot.Examples.Add(request.FewShot.Examples[0].Clone()), StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "DUPLICATE"),
        ["a contradiction"] = (
            request => request.FewShot.Examples.Add(new Example { Prompt = request.FewShot.Examples[0].Prompt, Answer = "y" }),
            StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "CONTRADICTORY"),
        ["too few prompts"] = (
            request => request.Classifier = new ClassifierTraining { Prompts = { new LabelledPrompt { Prompt = "p", Label = "l" } } },
            StatusCode.InvalidArgument, ErrorReason.InvalidExamples, "TOO_FEW"),
        ["an unknown objective"] = (
            request => request.Classifier = new ClassifierTraining { Objective = "guess" }, StatusCode.InvalidArgument, ErrorReason.InvalidField, "classifier.objective"),
        ["too many steps"] = (
            request => request.Classifier = new ClassifierTraining { Steps = 10_001 }, StatusCode.InvalidArgument, ErrorReason.InvalidField, "classifier.steps"),
    };

    [Fact]
    public async Task A_job_is_followed_to_its_end_and_its_expert_answers_at_once()
    {
        var tenant = await Tenant();

        var created = await tenant.Create(Search());
        var changes = await tenant.Watch("job");

        Assert.Equal($"tenants/{tenant.Id}/adaptations/job", created.Name);
        Assert.Equal((AdaptationState.Queued, "mixed", 3UL), (created.State, created.ExpertId, created.FewShot.Seed));
        Assert.Empty(created.FewShot.Examples);
        Assert.Equal(changes.Select(change => change.Progress).Order(), changes.Select(change => change.Progress));
        var ended = changes[^1];
        Assert.Equal((AdaptationState.Succeeded, 1.0, null), (ended.State, ended.Progress, ended.Error));
        Assert.NotNull(ended.EndTime);
        var result = ended.FewShotResult;
        Assert.Equal([$"tenants/{tenant.Id}/experts/low", $"tenants/{tenant.Id}/experts/high"], result.Weights.Select(entry => entry.Expert));
        Assert.True(result.HeldOut.Found.LogLikelihood > result.HeldOut.Base.LogLikelihood + 0.2);
        Assert.True(result.HeldOut.Found.LogLikelihood > result.HeldOut.BestSingle.LogLikelihood + 0.2);
        Assert.Equal(3, result.HeldOut.Found.Correct);
        Assert.Equal(ended, await tenant.Get("job"));

        await tenant.Generate(new() { Prompt = "x", RequestId = tenant.Id, Selection = GenerationTests.Named("mixed") });
        Assert.Equal(1.3, Assert.Single(_platform.Engine.Requests[tenant.Id].Experts).Expert.Multipliers["a.weight"].Span[0], 0.03);
    }

    [Fact]
    public async Task A_population_is_one_batch_of_mixtures_each_its_own()
    {
        var tenant = await Tenant();
        await tenant.Create(Search());
        await tenant.Watch("job");

        var scored = _platform.Engine.Scored.Where(request => request.Tenant == tenant.Id).ToArray();

        // The first generation's first example, whatever came back when.
        Assert.InRange(scored.Take(64).Select(request => request.Experts is [{ Expert: var expert }] ? expert.Digest : "base").Distinct().Count(), 25, 64);
        Assert.All(scored, request => Assert.Equal(Engine.RequestPriority.Background, request.Priority));
        Assert.All(scored, request => Assert.True(Assert.Single(request.Continuations).EndsAnswer));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_request_that_makes_no_sense_is_refused_with_its_reason(string mistake)
    {
        var (change, status, reason, fact) = Refused[mistake];
        var tenant = await Tenant();
        var request = Search();
        change(request);

        var refusal = await tenant.Create(request).Refused(status, reason);

        if (fact is not null)
            Assert.Equal(fact, refusal.Info()!.Metadata[reason == ErrorReason.InvalidField ? "field" : "cause"]);
        Assert.Empty((await _platform.Adaptation.ListAdaptationsAsync(new(), tenant.Headers)).Adaptations);
    }

    [Fact]
    public async Task Asking_again_returns_the_job_and_other_content_is_refused()
    {
        var tenant = await Tenant();
        var first = await tenant.Create(Search());
        var other = Search();
        other.FewShot.Examples[0].Answer = "y";

        Assert.Equal(first.CreateTime, (await tenant.Create(Search())).CreateTime);
        await tenant.Create(other).Refused(StatusCode.AlreadyExists, ErrorReason.AdaptationExists);
    }

    [Fact]
    public async Task A_job_s_id_is_the_server_s_choice_when_none_is_given()
    {
        var tenant = await Tenant();
        var request = Search();
        (request.AdaptationId, request.ExpertId) = ("", "");

        var created = await tenant.Create(request);

        Assert.Matches($"^tenants/{tenant.Id}/adaptations/a-[0-9a-f]{{32}}$", created.Name);
        Assert.EndsWith(created.ExpertId, created.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_are_paged_newest_first()
    {
        var tenant = await Tenant();
        foreach (var id in new[] { "b", "a", "c" })
            await tenant.Create(Search(id, expert: $"made-{id}"));

        var first = await _platform.Adaptation.ListAdaptationsAsync(new() { PageSize = 2 }, tenant.Headers);
        var second = await _platform.Adaptation.ListAdaptationsAsync(new() { PageToken = first.NextPageToken }, tenant.Headers);

        Assert.Equal(["made-c", "made-a"], first.Adaptations.Select(job => job.ExpertId));
        Assert.Equal(["made-b"], second.Adaptations.Select(job => job.ExpertId));
        Assert.Empty(second.NextPageToken);
        await _platform.Adaptation.ListAdaptationsAsync(new() { PageToken = "x" }, tenant.Headers).Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
    }

    [Fact]
    public async Task A_job_is_cancelled_at_once_and_then_deleted()
    {
        var tenant = await Tenant();
        await tenant.Create(Search(verb: "wait"));
        using var watch = _platform.Adaptation.WatchAdaptation(new() { Name = "job" }, tenant.Headers, cancellationToken: Token);
        await _platform.Adaptation.DeleteAdaptationAsync(new() { Name = "job" }, tenant.Headers).Refused(StatusCode.Aborted, ErrorReason.Conflict);

        var cancelled = await _platform.Adaptation.CancelAdaptationAsync(new() { Name = "job" }, tenant.Headers);

        Assert.Equal((AdaptationState.Cancelled, ErrorReason.Cancelled), (cancelled.Adaptation.State, cancelled.Adaptation.Error.Reason));
        var changes = await watch.ResponseStream.ReadAllAsync(Token).ToListAsync(Token);
        Assert.Equal(AdaptationState.Cancelled, changes[^1].Adaptation.State);
        await _platform.Adaptation.DeleteAdaptationAsync(new() { Name = "job" }, tenant.Headers);
        await tenant.Get("job").Refused(StatusCode.NotFound, ErrorReason.AdaptationNotFound);
    }

    [Fact]
    public async Task Another_tenant_s_job_does_not_exist()
    {
        var owner = await Tenant();
        var name = (await owner.Create(Search())).Name;
        var other = await _platform.NewTenant();

        var foreign = await other.Get(name).Refused(StatusCode.NotFound, ErrorReason.AdaptationNotFound);
        var missing = await other.Get("job").Refused(StatusCode.NotFound, ErrorReason.AdaptationNotFound);

        Assert.Equal(missing.Status.Detail, foreign.Status.Detail);
        await other.Watch(name).Refused(StatusCode.NotFound, ErrorReason.AdaptationNotFound);
        await _platform.Adaptation.CancelAdaptationAsync(new() { Name = name }, other.Headers).Refused(StatusCode.NotFound, ErrorReason.AdaptationNotFound);
        await _platform.Adaptation.DeleteAdaptationAsync(new() { Name = name }, other.Headers).Refused(StatusCode.NotFound, ErrorReason.AdaptationNotFound);
        Assert.Empty((await _platform.Adaptation.ListAdaptationsAsync(new(), other.Headers)).Adaptations);
    }

    [Fact]
    public async Task A_stopping_server_suspends_a_job_and_the_next_one_ends_it_with_the_same_weights()
    {
        var first = await TestPlatform.StartAsync(null, "--T2:ShutdownSeconds=60");
        var tenant = await Tenant(first);
        await tenant.Create(Search(verb: "pause"));
        using (var watch = first.Adaptation.WatchAdaptation(new() { Name = "job" }, tenant.Headers, cancellationToken: Token))
        {
            while (await watch.ResponseStream.MoveNext(Token) && watch.ResponseStream.Current.Adaptation.FewShotResult is null)
            {
            }

            var stopping = first.BeginStop();
            var cut = await watch.ResponseStream.ReadAllAsync(Token).ToListAsync(Token).AsTask().Refused(StatusCode.Unavailable, ErrorReason.Draining);
            Assert.NotEmpty(cut.Status.Detail);
            await stopping.WaitAsync(TimeSpan.FromSeconds(20), Token);
        }

        await first.StopAsync();
        await using var second = await TestPlatform.StartAsync(first.Directory);
        var resumed = new TestTenant(second, tenant.Id, tenant.Key, tenant.KeyName);
        var ended = (await resumed.Watch("job"))[^1];
        await resumed.Create(Search("calm", verb: "pause", expert: "calm"));
        var calm = (await resumed.Watch("calm"))[^1];

        Assert.Equal((AdaptationState.Succeeded, 1), (ended.State, ended.Resumptions));
        Assert.Equal(calm.FewShotResult, ended.FewShotResult);
    }

    private Task<TestTenant> Tenant() => Tenant(_platform);

    private static async Task<TestTenant> Tenant(TestPlatform platform)
    {
        var tenant = await platform.NewTenant();
        await tenant.Upload("low", ExpertBytes.Of(0.5f));
        await tenant.Upload("high", ExpertBytes.Of(2));
        return tenant;
    }

    private static CreateAdaptationRequest Search(string id = "job", string verb = "learn", string expert = "mixed") => new()
    {
        AdaptationId = id,
        ExpertId = expert,
        FewShot = new FewShotSearch
        {
            Experts = { "low", "high" },
            Examples = { Enumerable.Range(0, 10).Select(i => new Example { Prompt = $"{verb} 1.3 {i}", Answer = "x" }) },
            Seed = 3,
        },
    };
}
