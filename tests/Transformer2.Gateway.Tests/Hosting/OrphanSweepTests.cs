using Microsoft.Extensions.DependencyInjection;
using Transformer2.Hosting;

namespace Transformer2.Gateway.Tests;

/// <summary>What a server that was killed leaves in the store goes at the next start, and nothing else does.</summary>
public class OrphanSweepTests
{
    [Fact]
    public async Task A_start_removes_old_orphans_only()
    {
        var first = await TestPlatform.StartAsync();
        var tenant = await first.NewTenant();
        await tenant.Upload("math", ExpertBytes.Of(1.75f));
        await first.StopAsync();
        var experts = Path.Combine(first.DataPath, "experts");
        var acknowledged = Directory.GetFiles(experts, "*", SearchOption.AllDirectories);
        foreach (var file in acknowledged)
            Age(file);
        string[] orphans = [Write(tenant.Id, 'a', ".safetensors"), Write(tenant.Id, 'a', ".safetensors.0.tmp"), Write("demo", 'a', ".safetensors")];
        foreach (var file in orphans)
            Age(file);
        string[] kept =
        [
            Write(tenant.Id, 'b', ".safetensors"),
            Write(tenant.Id, 'b', ".safetensors.0.tmp"),
            Age(Write("unknown-tenant", 'c', ".safetensors")),
            Age(Write(tenant.Id, 'c', ".other")),
        ];

        await using var second = await TestPlatform.StartAsync(first.Directory);
        await second.App.Services.GetRequiredService<OrphanSweep>().FirstSweep.WaitAsync(TestContext.Current.CancellationToken);

        Assert.All(orphans, file => Assert.False(File.Exists(file), file));
        Assert.Equal(acknowledged.Concat(kept).Order(), Directory.GetFiles(experts, "*", SearchOption.AllDirectories).Order());

        string Write(string owner, char digit, string ending)
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(experts, owner)).FullName, new string(digit, 64) + ending);
            File.WriteAllBytes(path, [1]);
            return path;
        }

        static string Age(string path)
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - TimeSpan.FromMinutes(11));
            return path;
        }
    }
}
