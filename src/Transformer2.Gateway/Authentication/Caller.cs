using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Who calls, as the rest of the gateway sees it.</summary>
public static class Caller
{
    /// <summary>Role, and name of the policy that demands it, of keys that act for a tenant.</summary>
    public const string TenantRole = "tenant";

    /// <summary>Role, and name of the policy that demands it, of keys that administer the platform.</summary>
    public const string AdminRole = "admin";

    private const string TenantClaim = "t2.tenant";

    /// <summary>The caller that a key stands for.</summary>
    public static ClaimsPrincipal ToPrincipal(ApiKeyRecord key, string scheme)
    {
        ArgumentNullException.ThrowIfNull(key);
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new(ClaimTypes.Name, key.KeyId));
        identity.AddClaim(new(ClaimTypes.Role, key.Role == ApiKeyRole.Admin ? AdminRole : TenantRole));
        if (key is { Role: ApiKeyRole.Tenant, Tenant: { } tenant })
            identity.AddClaim(new(TenantClaim, tenant.Value));
        return new(identity);
    }

    /// <summary>The tenant that the caller acts for. Only behind the tenant policy.</summary>
    public static TenantId Tenant(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return TenantId.TryParse(context.User.FindFirstValue(TenantClaim), out var tenant)
            ? tenant
            : throw new InvalidOperationException("A request without a tenant came past the tenant policy.");
    }

    /// <summary>Middleware: binds the grain calls of a request to what its caller may reach.</summary>
    public static async Task EnterScope(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.User.IsInRole(AdminRole))
            CallerScope.EnterPlatform();
        else if (context.User.IsInRole(TenantRole))
            CallerScope.EnterTenant(context.Tenant());
        await next(context);
    }
}
