using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Transformer2.Grains;

/// <summary>Registers what the grains need.</summary>
public static class GrainsSetup
{
    /// <summary>
    /// Adds the platform's grains to a silo. The host adds the default grain storage and an <see cref="Abstractions.IExpertBlobStore"/>.
    /// </summary>
    public static ISiloBuilder AddPlatformGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddOptions();
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PlatformLimits>, PlatformLimitsValidator>());
        return silo.AddIncomingGrainCallFilter<TenantScopeFilter>();
    }
}
