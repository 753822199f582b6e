using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Hosting;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of dispatch policies and of the jobs that make experts for them.</summary>
[Authorize(Policy = Caller.TenantRole)]
internal sealed class AdaptationEndpoint(IGrainFactory grains, IHostApplicationLifetime host) : AdaptationService.AdaptationServiceBase
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

    public override async Task<CreateAdaptationResponse> CreateAdaptation(CreateAdaptationRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = request.ToId();
        return new() { Adaptation = (await Index(tenant).Create(id, request.ToSpec(id, tenant))).ToMessage(tenant) };
    }

    public override async Task<GetAdaptationResponse> GetAdaptation(GetAdaptationRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = ResourceNames.Adaptation(request.Name, tenant, "name");
        return new() { Adaptation = (await Find(tenant, id)).ToMessage(tenant) };
    }

    public override async Task<ListAdaptationsResponse> ListAdaptations(ListAdaptationsRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var list = $"{ResourceNames.Of(tenant)}/adaptations";
        var page = await Index(tenant).List(Pages.Before(list, request.PageToken), Pages.Size(request.PageSize), trainings: false);
        return new()
        {
            Adaptations = { page.Adaptations.Select(adaptation => adaptation.ToMessage(tenant)) },
            NextPageToken = Pages.Token(list, page.Last?.ToString(CultureInfo.InvariantCulture)),
        };
    }

    public override async Task WatchAdaptation(
        WatchAdaptationRequest request, IServerStreamWriter<WatchAdaptationResponse> responseStream, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = ResourceNames.Adaptation(request.Name, tenant, "name");
        await Find(tenant, id);
        var job = Job(tenant, id);

        // A job may take hours; a server that stops does not wait for those who look at it.
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        try
        {
            for (var (version, hasEnded) = (-1L, false); !hasEnded;)
            {
                var now = await job.Watch(version, watching.Token);
                if (now.Version != version)
                    await responseStream.WriteAsync(new() { Adaptation = now.Adaptation.ToMessage(tenant) }, watching.Token);
                (version, hasEnded) = (now.Version, now.Adaptation.HasEnded);
            }
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            throw new PlatformException(ErrorReason.Draining, "The server is stopping; the job goes on when it starts again.");
        }
    }

    public override async Task<CancelAdaptationResponse> CancelAdaptation(CancelAdaptationRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = ResourceNames.Adaptation(request.Name, tenant, "name");
        await Find(tenant, id);
        return new() { Adaptation = (await Job(tenant, id).Cancel()).ToMessage(tenant) };
    }

    public override async Task<DeleteAdaptationResponse> DeleteAdaptation(DeleteAdaptationRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = ResourceNames.Adaptation(request.Name, tenant, "name");
        await Find(tenant, id);
        await Index(tenant).Delete(id);
        return new();
    }

    // A job of the other service is none of this one.
    private async Task<AdaptationRecord> Find(TenantId tenant, AdaptationId id) =>
        await Job(tenant, id).Find() is { Job: not AdaptationJob.Training } found ? found : throw AdaptationErrors.NotFound(id);

    private IDispatchPolicyGrain Policies(TenantId tenant) => grains.GetGrain<IDispatchPolicyGrain>(tenant.Value);

    private IAdaptationIndexGrain Index(TenantId tenant) => grains.GetGrain<IAdaptationIndexGrain>(tenant.Value);

    private IAdaptationGrain Job(TenantId tenant, AdaptationId id) => grains.GetGrain<IAdaptationGrain>(AdaptationKey.Of(tenant, id));
}
