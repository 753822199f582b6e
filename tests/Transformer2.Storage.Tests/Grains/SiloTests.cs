using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;
using Transformer2.Abstractions;

namespace Transformer2.Storage.Tests.Grains;

[Alias("test.INoteGrain")]
public interface INoteGrain : IGrainWithStringKey
{
    [Alias("Get")]
    Task<string> Get();

    [Alias("Set")]
    Task Set(string text);
}

[GrainType("test.note")]
public sealed class NoteGrain(
    [PersistentState("first")] IPersistentState<Note> first,
    [PersistentState("second", "second")] IPersistentState<Note> second) : Grain, INoteGrain
{
    public Task<string> Get() => Task.FromResult($"{first.State.Text}/{second.State.Text}");

    public async Task Set(string text)
    {
        first.State = first.State with { Text = text };
        second.State = second.State with { Text = text + "!" };
        await first.WriteStateAsync();
        await second.WriteStateAsync();
    }
}

/// <summary>The storage as a silo uses it.</summary>
public sealed class SiloTests
{
    [Fact]
    public async Task State_survives_the_silo_and_a_conflict_ends_the_activation()
    {
        using var folder = new TemporaryFolder();
        await using (var cluster = await Start(folder))
        {
            await cluster.Client.GetGrain<INoteGrain>("a").Set("kept");
        }

        await using (var cluster = await Start(folder))
        {
            var grain = cluster.Client.GetGrain<INoteGrain>("a");
            Assert.Equal("kept/kept!", await grain.Get());

            var path = Path.Combine(folder.Path, "first", "test.note", "a@first.json");
            var changed = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))
                .Replace("kept", "changed", StringComparison.Ordinal)
                .Replace("\"etag\":\"", "\"etag\":\"0", StringComparison.Ordinal);
            await File.WriteAllTextAsync(path, changed, TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Set("lost"));
            Assert.Equal("changed/kept!", await grain.Get());
        }
    }

    [Fact]
    public async Task The_stores_are_registered()
    {
        using var folder = new TemporaryFolder();
        await using var cluster = await Start(folder);
        var services = cluster.GetSiloServiceProvider();
        Assert.IsType<FileGrainStorage>(services.GetRequiredService<IGrainStorage>());
        Assert.IsType<FileGrainStorage>(services.GetRequiredKeyedService<IGrainStorage>("second"));
        Assert.IsType<FileExpertBlobStore>(services.GetRequiredService<IExpertBlobStore>());
    }

    private static async Task<InProcessTestCluster> Start(TemporaryFolder folder)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddFileGrainStorage("Default", options => options.Directory = folder.File("first"));
            silo.AddFileGrainStorage("second", options => options.Directory = folder.File("second"));
            silo.Services.AddFileExpertBlobStore(folder.File("blobs"));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
