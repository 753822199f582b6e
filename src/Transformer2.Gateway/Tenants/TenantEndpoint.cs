using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of tenants and their keys.</summary>
[Authorize(Policy = Caller.AdminRole)]
internal sealed class TenantEndpoint(IGrainFactory grains) : TenantService.TenantServiceBase
{
    private const string List = "tenants";

    public override async Task<CreateTenantResponse> CreateTenant(CreateTenantRequest request, ServerCallContext context)
    {
        if (!TenantId.TryParse(request.TenantId, out var id))
            throw Fields.Invalid("tenant_id", $"tenant_id is not {ResourceId.Rule}.");
        var tenant = await Directory.Create(id, Fields.DisplayName(request.DisplayName, id.Value));
        return new() { Tenant = tenant.ToTenant() };
    }

    public override async Task<GetTenantResponse> GetTenant(GetTenantRequest request, ServerCallContext context)
    {
        var id = ResourceNames.Tenant(request.Name, "name");
        var tenant = await grains.GetGrain<ITenantGrain>(id.Value).Get() ?? throw ResourceNames.NoTenant(id);
        return new() { Tenant = tenant.ToTenant() };
    }

    public override async Task<ListTenantsResponse> ListTenants(ListTenantsRequest request, ServerCallContext context)
    {
        var page = await Directory.List(Pages.After(List, request.PageToken), Pages.Size(request.PageSize));
        return new() { Tenants = { page.Tenants.Select(tenant => tenant.ToTenant()) }, NextPageToken = Pages.Token(List, page.Last) };
    }

    public override async Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var tenant = ResourceNames.Tenant(request.Parent, "parent");
        var text = ApiKeyText.Mint();
        var key = await Ring(tenant).Create(new(text.KeyId, text.Hash(), Fields.DisplayName(request.DisplayName, "")));
        return new() { ApiKey = key.ToApiKey(tenant), Secret = text.Value };
    }

    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var tenant = ResourceNames.Tenant(request.Parent, "parent");
        if (await grains.GetGrain<ITenantGrain>(tenant.Value).Get() is null)
            throw ResourceNames.NoTenant(tenant);
        return new() { ApiKeys = { (await Ring(tenant).List()).Select(key => key.ToApiKey(tenant)) } };
    }

    public override async Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context)
    {
        var (tenant, keyId) = ResourceNames.ApiKey(request.Name, "name");
        return new() { ApiKey = (await Ring(tenant).Revoke(keyId)).ToApiKey(tenant) };
    }

    private ITenantDirectoryGrain Directory => grains.GetGrain<ITenantDirectoryGrain>(ITenantDirectoryGrain.Key);

    private IApiKeyRingGrain Ring(TenantId tenant) => grains.GetGrain<IApiKeyRingGrain>(tenant.Value);
}

/// <summary>Translates tenants and keys.</summary>
internal static class TenantMapping
{
    public static Tenant ToTenant(this TenantRecord tenant) => new()
    {
        Name = ResourceNames.Of(tenant.Id),
        TenantId = tenant.Id.Value,
        DisplayName = tenant.DisplayName,
        CreateTime = tenant.CreateTime.ToTimestamp(),
    };

    public static ApiKey ToApiKey(this ApiKeyRecord key, TenantId tenant) => new()
    {
        Name = ResourceNames.OfKey(tenant, key.KeyId),
        KeyId = key.KeyId,
        DisplayName = key.DisplayName,
        CreateTime = key.CreateTime.ToTimestamp(),
        RevokeTime = key.RevokeTime?.ToTimestamp(),
    };
}
