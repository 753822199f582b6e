using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>What belongs to another tenant answers exactly as what does not exist.</summary>
public class IsolationTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    public static TheoryData<string> Operations() => [.. Calls.Keys];

    private static readonly Dictionary<string, Func<TestPlatform, TestTenant, string, Task>> Calls = new()
    {
        ["get"] = (platform, caller, name) => platform.Experts.GetExpertAsync(new() { Name = name }, caller.Headers).ResponseAsync,
        ["download"] = (_, caller, name) => caller.Download(name),
        ["delete"] = (platform, caller, name) => platform.Experts.DeleteExpertAsync(new() { Name = name }, caller.Headers).ResponseAsync,
        ["upload"] = (_, caller, name) =>
            caller.Upload(new UploadExpertMetadata { ExpertId = name, Etag = "1-00000000" }, [ExpertBytes.Of(3f)]),
        ["dispatch"] = (_, caller, name) => caller.Dispatch(GenerationTests.Named(name)),
        ["generate"] = (_, caller, name) => caller.Generate(new() { Prompt = "x", Selection = GenerationTests.Named(name) }),
        ["mixture"] = (_, caller, name) => caller.Dispatch(
            new() { Mixture = new() { Terms = { new V1.MixtureTerm { Expert = name, Weight = 1 } } } }),
    };

    [Theory, MemberData(nameof(Operations))]
    public async Task Anothers_expert_looks_like_an_absent_one(string operation)
    {
        var owner = await _platform.NewTenant();
        var other = await _platform.NewTenant();
        var expert = await owner.Upload("secret", ExpertBytes.Of(1.1f));

        var foreign = await Calls[operation](_platform, other, $"tenants/{owner.Id}/experts/secret")
            .Refused(StatusCode.NotFound, ErrorReason.ExpertNotFound);
        var absent = await Calls[operation](_platform, other, $"tenants/{owner.Id}/experts/secret2")
            .Refused(StatusCode.NotFound, ErrorReason.ExpertNotFound);

        Assert.Equal(absent.Status.Detail.Replace("secret2", "secret", StringComparison.Ordinal), foreign.Status.Detail);
        Assert.Equal(absent.Trailers.Count, foreign.Trailers.Count);
        Assert.Equal(expert, (await _platform.Experts.GetExpertAsync(new() { Name = "secret" }, owner.Headers)).Expert);
        Assert.Equal(0, other.StoredFiles);
    }

    [Fact]
    public async Task The_same_id_in_two_libraries_is_two_experts()
    {
        var first = await _platform.NewTenant();
        var second = await _platform.NewTenant();
        await first.Upload("math", ExpertBytes.Of(1.1f));
        await second.Upload("math", ExpertBytes.Of(1.2f));

        await _platform.Experts.DeleteExpertAsync(new() { Name = "math" }, first.Headers);

        Assert.Equal(ExpertBytes.Of(1.2f), await second.Download("math"));
        Assert.Empty((await _platform.Experts.ListExpertsAsync(new(), first.Headers)).Experts);
    }

    [Fact]
    public async Task A_list_shows_only_the_callers_experts_and_takes_no_foreign_token()
    {
        var first = await _platform.NewTenant();
        var second = await _platform.NewTenant();
        for (var i = 0; i < 3; i++)
            await first.Upload($"e{i}", ExpertBytes.Of(1.5f));

        var page = await _platform.Experts.ListExpertsAsync(new() { PageSize = 2 }, first.Headers);
        await _platform.Experts.ListExpertsAsync(new() { PageToken = page.NextPageToken }, second.Headers)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
        await _platform.Experts.ListExpertsAsync(new() { Parent = $"tenants/{first.Id}" }, second.Headers)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);

        Assert.Empty((await _platform.Experts.ListExpertsAsync(new(), second.Headers)).Experts);
    }
}
