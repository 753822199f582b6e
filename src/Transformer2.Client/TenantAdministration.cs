using System.Runtime.CompilerServices;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>Tenants and their keys; every call needs an admin key. A tenant is named by its id or as <c>tenants/{tenant}</c>.</summary>
public sealed class TenantAdministration
{
    private readonly TenantService.TenantServiceClient _stub;
    private readonly Rpc _rpc;

    internal TenantAdministration(TenantService.TenantServiceClient stub, Rpc rpc) => (_stub, _rpc) = (stub, rpc);

    /// <summary>Creates a tenant, without keys and experts.</summary>
    /// <param name="tenantId">Its id.</param>
    /// <param name="displayName">A name for people; the id when empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<Tenant> CreateAsync(string tenantId, string displayName = "", CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.CreateTenantAsync(
            new CreateTenantRequest { TenantId = tenantId, DisplayName = displayName }, cancellationToken: cancellationToken), cancellationToken)).Tenant;

    /// <summary>One tenant.</summary>
    public async Task<Tenant> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.GetTenantAsync(
            new GetTenantRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Tenant;

    /// <summary>All tenants, ordered by id, fetched page by page.</summary>
    /// <param name="pageSize">Tenants per page; 0 leaves it to the server.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<Tenant> ListAsync(
        int pageSize = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListTenantsRequest { PageSize = pageSize };
        do
        {
            var page = await _rpc.CallAsync(_stub.ListTenantsAsync(request, cancellationToken: cancellationToken), cancellationToken);
            foreach (var tenant in page.Tenants)
            {
                yield return tenant;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Creates a key for a tenant. The response holds its secret, which can never be read again.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="displayName">A name for people.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<CreateApiKeyResponse> CreateKeyAsync(
        string tenant, string displayName = "", CancellationToken cancellationToken = default) =>
        _rpc.CallAsync(_stub.CreateApiKeyAsync(
            new CreateApiKeyRequest { Parent = tenant, DisplayName = displayName }, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>A tenant's keys without their secrets, oldest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListKeysAsync(string tenant, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.ListApiKeysAsync(
            new ListApiKeysRequest { Parent = tenant }, cancellationToken: cancellationToken), cancellationToken)).ApiKeys;

    /// <summary>Revokes a key for good.</summary>
    /// <param name="name"><c>tenants/{tenant}/apiKeys/{key}</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ApiKey> RevokeKeyAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.RevokeApiKeyAsync(
            new RevokeApiKeyRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).ApiKey;
}
