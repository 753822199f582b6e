using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>An expert that is replaced while it is used.</summary>
public class ReplacementTests(PlatformFixture fixture)
{
    private const int Replacements = 25;

    [Fact]
    public async Task A_download_is_of_one_content_or_the_other()
    {
        var tenant = await fixture.Platform.NewTenant();
        await tenant.Upload("math", ExpertBytes.Of(1f));
        byte[][] contents = [ExpertBytes.Of(1f), ExpertBytes.Of(2f)];

        await WhileReplaced(tenant, contents, async () => Assert.Contains(await tenant.Download("math"), contents));
    }

    [Fact]
    public async Task A_generation_uses_one_content_or_the_other()
    {
        var tenant = await fixture.Platform.NewTenant();
        await tenant.Upload("math", ExpertBytes.Of(1f));
        var contents = Enumerable.Range(0, Replacements).Select(i => ExpertBytes.Of(1 + (i / 64f))).ToArray();

        await WhileReplaced(tenant, contents, async () => Assert.NotNull(
            (await tenant.Generate(new() { Prompt = "x", Selection = GenerationTests.Named("math") }))[^1].Completed));
    }

    private static async Task WhileReplaced(TestTenant tenant, byte[][] contents, Func<Task> use)
    {
        var replacing = Task.Run(async () =>
        {
            for (var i = 0; i < Replacements; i++)
                await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", Overwrite = true }, [contents[i % contents.Length]]);
        });
        var uses = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!replacing.IsCompleted)
                await use();
        }));
        await Task.WhenAll([replacing, .. uses]);
    }
}
