using Orleans.Runtime;

namespace Transformer2.Abstractions;

/// <summary>
/// For whom the grain calls of the current asynchronous flow are made. The edge sets it once after authentication, grain calls carry it
/// along, and silos refuse calls that reach beyond it. Nothing is allowed while it is not set.
/// </summary>
public static class CallerScope
{
    private const string Key = "t2.scope";
    private const string Platform = "platform";
    private const string TenantPrefix = "tenants/";

    /// <summary>From here on, calls are made for one tenant.</summary>
    public static void EnterTenant(TenantId tenant) => RequestContext.Set(Key, TenantPrefix + tenant.Value);

    /// <summary>From here on, calls are made for the platform's operator.</summary>
    public static void EnterPlatform() => RequestContext.Set(Key, Platform);

    /// <summary>Whether calls may act for the platform's operator.</summary>
    public static bool IsPlatform => RequestContext.Get(Key) is Platform;

    /// <summary>Refuses whoever is not the platform's operator.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.TenantMismatch"/>.</exception>
    public static void RequirePlatform()
    {
        if (!IsPlatform)
            throw new PlatformException(ErrorReason.TenantMismatch, "This call needs the platform's scope.");
    }

    /// <summary>Refuses whoever may not act for a tenant.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.TenantMismatch"/>.</exception>
    public static void RequireTenant(string tenant)
    {
        if (!Allows(tenant))
            throw new PlatformException(ErrorReason.TenantMismatch, "This call reaches beyond its tenant.");
    }

    /// <summary>Whether calls may act for a tenant.</summary>
    public static bool Allows(string tenant) =>
        RequestContext.Get(Key) is string scope && (scope == Platform || scope == TenantPrefix + tenant);
}
