using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>One tenant with one key.</summary>
internal sealed class FakeTenants : TenantService.TenantServiceBase
{
    private static readonly ApiKey Key = new() { Name = "tenants/acme/apiKeys/k1", KeyId = "k1", DisplayName = "ci" };

    public override Task<CreateTenantResponse> CreateTenant(CreateTenantRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateTenantResponse { Tenant = Named(request.TenantId, request.DisplayName) });

    public override Task<GetTenantResponse> GetTenant(GetTenantRequest request, ServerCallContext context) =>
        Task.FromResult(new GetTenantResponse { Tenant = Named(request.Name, "Acme") });

    public override Task<ListTenantsResponse> ListTenants(ListTenantsRequest request, ServerCallContext context) =>
        Task.FromResult(request.PageToken.Length == 0
            ? new ListTenantsResponse { Tenants = { Named("acme", "Acme") }, NextPageToken = "acme" }
            : new ListTenantsResponse { Tenants = { Named("zeta", "Zeta\e[31m") } });

    public override Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateApiKeyResponse { ApiKey = Key, Secret = $"t2_k1_{request.Parent}" });

    public override Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context) =>
        Task.FromResult(new ListApiKeysResponse { ApiKeys = { Key } });

    public override Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context) =>
        Task.FromResult(new RevokeApiKeyResponse { ApiKey = new ApiKey { Name = request.Name } });

    private static Tenant Named(string id, string displayName) => new() { Name = $"tenants/{id}", TenantId = id, DisplayName = displayName };
}
