using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of dispatch policies and of the jobs that make experts for them.</summary>
[Authorize(Policy = Caller.TenantRole)]
internal sealed class AdaptationEndpoint(IGrainFactory grains) : AdaptationService.AdaptationServiceBase
{
    public override async Task<GetDispatchPolicyResponse> GetDispatchPolicy(GetDispatchPolicyRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var (version, policy) = await Policies(tenant).Get();
        return new() { Policy = policy.ToMessage(tenant, version), Effective = policy.Over(DispatchPolicies.Default).ToMessage(tenant) };
    }

    public override async Task<UpdateDispatchPolicyResponse> UpdateDispatchPolicy(UpdateDispatchPolicyRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var policy = request.Policy ?? new();
        var (version, stored) = await Policies(tenant).Set(policy.ToPolicy(tenant), PolicyMapping.ToVersion(policy.Etag));
        return new() { Policy = stored.ToMessage(tenant, version) };
    }

    private IDispatchPolicyGrain Policies(TenantId tenant) => grains.GetGrain<IDispatchPolicyGrain>(tenant.Value);
}
