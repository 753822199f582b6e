namespace Transformer2.Abstractions;

/// <summary>
/// Marks grains whose key is a tenant id, alone or followed by <c>/</c> and more: only calls in that tenant's scope, or the platform's, reach them.
/// </summary>
public interface ITenantOwnedGrain;

/// <summary>Marks grains that only calls in the platform's scope reach.</summary>
public interface IPlatformOwnedGrain;
