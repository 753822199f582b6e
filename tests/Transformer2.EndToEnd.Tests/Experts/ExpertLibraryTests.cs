using System.Security.Cryptography;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class ExpertLibraryTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expert_goes_up_is_described_listed_comes_down_and_goes()
    {
        using var tenant = await platform.NewTenantAsync();
        var file = await tenant.ExpertFileAsync(3);

        var expert = await tenant.Client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "three", DisplayName = "Number three" }, file, Token);
        Assert.Equal($"tenants/{tenant.Id}/experts/three", expert.Name);
        Assert.Equal(("Number three", "task-3", file.Length), (expert.DisplayName, expert.Task, expert.SizeBytes));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), expert.Digest);
        Assert.Equal(expert, await tenant.Client.Experts.GetAsync("three", Token));
        Assert.Equal([expert], await tenant.Client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token));

        using var copy = new MemoryStream();
        Assert.Equal(expert, await tenant.Client.Experts.DownloadAsync("three", copy, cancellationToken: Token));
        Assert.Equal(file, copy.ToArray());

        await tenant.Client.Experts.DeleteAsync("three", cancellationToken: Token);
        await Refusal.Expect(StatusCode.NotFound, "EXPERT_NOT_FOUND", () => tenant.Client.Experts.GetAsync("three", Token));
        await Refusal.Expect(StatusCode.NotFound, "EXPERT_NOT_FOUND", () => tenant.AnswerAsync("a", Select.Expert("three")));
        Assert.Empty(await tenant.Client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Uploading_the_same_again_changes_nothing_and_other_content_needs_overwrite()
    {
        using var tenant = await platform.NewTenantAsync();
        var first = await tenant.UploadAsync("a", 1);

        Assert.Equal(first, await tenant.UploadAsync("a", 1));
        await Refusal.Expect(StatusCode.AlreadyExists, "EXPERT_EXISTS", () => tenant.UploadAsync("a", 2));
        await Refusal.Expect(StatusCode.FailedPrecondition, "ETAG_MISMATCH", async () => await tenant.Client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "a", Etag = "other" }, await tenant.ExpertFileAsync(2), Token));
        Assert.Equal(first, await tenant.Client.Experts.GetAsync("a", Token));

        var before = await tenant.AnswerAsync("which?", Select.Expert("a"));
        var replaced = await tenant.Client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "a", Etag = first.Etag }, await tenant.ExpertFileAsync(2), Token);
        Assert.NotEqual((first.Digest, first.Etag), (replaced.Digest, replaced.Etag));
        Assert.NotEqual(before, await tenant.AnswerAsync("which?", Select.Expert("a")));
    }

    [Fact]
    public async Task A_listing_comes_in_pages_ordered_by_id()
    {
        using var tenant = await platform.NewTenantAsync();
        foreach (var i in new[] { 4, 1, 5, 3, 2 })
        {
            await tenant.UploadAsync($"e{i}", i);
        }

        var experts = await tenant.Client.Experts.ListAsync(pageSize: 2, Token).ToListAsync(Token);

        Assert.Equal(["e1", "e2", "e3", "e4", "e5"], experts.Select(expert => expert.ExpertId));
    }

    [Fact]
    public async Task Another_tenants_expert_answers_exactly_as_one_that_is_not_there()
    {
        using var owner = await platform.NewTenantAsync();
        using var other = await platform.NewTenantAsync();
        await owner.UploadAsync("secret", 1);
        var foreign = $"tenants/{owner.Id}/experts/secret";
        var absent = $"tenants/{owner.Id}/experts/absent";

        Func<string, Task>[] calls =
        [
            name => other.Client.Experts.GetAsync(name, Token),
            name => other.Client.Experts.DeleteAsync(name, cancellationToken: Token),
            name => other.Client.Experts.DownloadAsync(name, Stream.Null, cancellationToken: Token),
            name => other.AnswerAsync("a", Select.Expert(name)),
            name => other.AnswerAsync("a", Select.Mixture((name, 1))),
            name => other.Client.DispatchAsync(Select.Expert(name), Token),
        ];
        foreach (var call in calls)
        {
            var hidden = await Refusal.Expect(StatusCode.NotFound, "EXPERT_NOT_FOUND", () => call(foreign));
            var missing = await Refusal.Expect(StatusCode.NotFound, "EXPERT_NOT_FOUND", () => call(absent));
            Assert.Equal(
                missing.Message.Replace("absent", "secret", StringComparison.Ordinal), hidden.Message);
        }

        Assert.Empty(await other.Client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token));
        Assert.Equal("secret", (await owner.Client.Experts.GetAsync("secret", Token)).ExpertId);
    }
}
