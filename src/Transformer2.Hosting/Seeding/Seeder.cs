using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;
using Transformer2.Gateway;

namespace Transformer2.Hosting;

/// <summary>
/// Makes an embedded server usable at once: a demo tenant, keys in a file, and the bundled experts. Every step may be repeated, so a server
/// that is killed at any moment completes them at its next start.
/// </summary>
internal sealed class Seeder(
    IGrainFactory grains, ExpertImport import, DataDirectory data, PlatformPaths paths, ILogger<Seeder> logger) : IHostedService
{
    private const string KeyName = "dev-credentials";
    private static readonly TenantId Demo = TenantId.Parse("demo");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        CallerScope.EnterPlatform();
        await EnsureTenant();
        await EnsureCredentials();
        if (!File.Exists(data.SeededMark))
        {
            await AddBundledExperts(cancellationToken);
            await File.WriteAllBytesAsync(data.SeededMark, [], cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureTenant()
    {
        if (await grains.GetGrain<ITenantGrain>(Demo.Value).Get() is null)
            await grains.GetGrain<ITenantDirectoryGrain>(ITenantDirectoryGrain.Key).Create(Demo, "Demo");
    }

    private async Task EnsureCredentials()
    {
        var known = DevCredentials.Read(data.Credentials);
        if (known is not null && await IsValid(known.TenantKey) && await IsValid(known.AdminKey))
            return;
        var tenantKey = await NewKey(Demo.Value);
        var adminKey = await NewKey(IApiKeyRingGrain.Platform);
        new DevCredentials(Demo.Value, tenantKey, adminKey).Write(data.Credentials);
    }

    private async Task<bool> IsValid(string text) =>
        ApiKeyText.TryParse(text, out var key) && await grains.GetGrain<IApiKeyGrain>(key.KeyId).Verify(key.Hash()) is not null;

    // Whoever lost the file, or never got it, does not leave valid keys behind.
    private async Task<string> NewKey(string owner)
    {
        var ring = grains.GetGrain<IApiKeyRingGrain>(owner);
        foreach (var key in await ring.List())
        {
            if (key is { DisplayName: KeyName, RevokeTime: null })
                await ring.Revoke(key.KeyId);
        }

        var text = ApiKeyText.Mint();
        await ring.Create(new(text.KeyId, text.Hash(), KeyName));
        return text.Value;
    }

    private async Task AddBundledExperts(CancellationToken cancellationToken)
    {
        foreach (var path in paths.BundledExperts())
        {
            try
            {
                var name = Path.GetFileNameWithoutExtension(path);
                var file = await File.ReadAllBytesAsync(path, cancellationToken);
                if (ExpertId.TryParse(name, out var id))
                    await import.Import(Demo, new(id, file.Length, Overwrite: false, Etag: null), name, file);
            }
            catch (PlatformException exception) when (exception.Reason == ErrorReason.ExpertExists)
            {
                // The tenant's own expert of this name stays.
            }
            catch (PlatformException exception)
            {
                HostingLog.ExpertNotSeeded(logger, path, exception.Reason, exception.Message);
            }
        }
    }
}
