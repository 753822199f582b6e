namespace Transformer2.Abstractions;

/// <summary>One tenant; the key is its id. Absent until created: asking for an absent one stores nothing.</summary>
[Alias("t2.ITenantGrain"), GrainInterfaceType("t2.ITenantGrain")]
public interface ITenantGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>The tenant, or null if there is none.</summary>
    [Alias("Get")]
    Task<TenantRecord?> Get();

    /// <summary>Creates the tenant, or returns it as it is.</summary>
    [Alias("Ensure")]
    Task<TenantRecord> Ensure(string displayName);
}

/// <summary>All tenants; the key is <see cref="Key"/>.</summary>
[Alias("t2.ITenantDirectoryGrain"), GrainInterfaceType("t2.ITenantDirectoryGrain")]
public interface ITenantDirectoryGrain : IGrainWithStringKey, IPlatformOwnedGrain
{
    /// <summary>The only key.</summary>
    const string Key = "tenants";

    /// <summary>Creates a tenant.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.TenantExists"/>, <see cref="ErrorReason.TenantQuota"/>.</exception>
    [Alias("Create")]
    Task<TenantRecord> Create(TenantId id, string displayName);

    /// <summary>At most <paramref name="count"/> tenants whose ids follow <paramref name="after"/>.</summary>
    [Alias("List")]
    Task<TenantPage> List(string? after, int count);
}
