using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;

namespace Transformer2.Storage.Tests.Grains;

/// <summary>A storage on a folder of its own that can be closed and opened again.</summary>
internal sealed class StorageFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public StorageFixture() => Storage = Open();

    public FileGrainStorage Storage { get; private set; }

    public string Root => _folder.File("grains");

    public static GrainId Grain(string key = "a", string type = "t2.note") => GrainId.Create(type, key);

    public FileGrainStorage Open() => new(new FileGrainStorageOptions { Directory = Root }, _services.GetRequiredService<IActivatorProvider>());

    public void Reopen()
    {
        Storage.Dispose();
        Storage = Open();
    }

    public async Task<NoteState> Read(GrainId? grain = null, string name = "state")
    {
        var state = new NoteState();
        await Storage.ReadStateAsync(name, grain ?? Grain(), state);
        return state;
    }

    public async Task<NoteState> Write(string text, string? etag = null, GrainId? grain = null, string name = "state")
    {
        var state = new NoteState { State = new Note { Text = text }, ETag = etag };
        await Storage.WriteStateAsync(name, grain ?? Grain(), state);
        return state;
    }

    public string[] Files() =>
        [.. Directory.GetFiles(Root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file)).Where(file => file != ".lock").Order()];

    public void Dispose()
    {
        Storage.Dispose();
        _services.Dispose();
        _folder.Dispose();
    }
}
