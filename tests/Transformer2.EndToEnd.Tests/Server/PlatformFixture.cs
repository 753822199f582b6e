using Transformer2.EndToEnd.Tests;
using Transformer2.TestKit;

[assembly: AssemblyFixture(typeof(PlatformFixture))]

namespace Transformer2.EndToEnd.Tests;

/// <summary>A tiny model, and a server that all tests share which leave it as they found it: each has tenants of its own.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    /// <summary>Most tokens of prompt and answer: an answer of that length takes minutes.</summary>
    public const int ContextLength = 16_384;

    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;
    private int _tenants;

    /// <summary>Folder of the tiny model.</summary>
    public string Model => _folder.File("tiny");

    internal ServerProcess Server => _server!;

    public async ValueTask InitializeAsync()
    {
        TinyModelFolder.Write(Model, contextLength: ContextLength, endless: true);
        _server = await ServerProcess.StartAsync(_folder.File("data"), Model);
    }

    /// <summary>A new tenant of the shared server.</summary>
    internal Task<TestTenant> NewTenantAsync() => TestTenant.CreateAsync(Server, $"tenant-{Interlocked.Increment(ref _tenants)}");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }
}
