using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of generation.</summary>
[Authorize(Policy = Caller.TenantRole)]
internal sealed class GenerationEndpoint(IGrainFactory grains, BaseModelSource model, TimeProvider time) : GenerationService.GenerationServiceBase
{
    // The engine gives tokens one by one; a batch only ever holds what is ready, so this bounds hops without delaying anything.
    private const int BatchSize = 16;

    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var served = await model.Get();
        var spec = request.ToSpec(served.VocabularySize) with { Deadline = StartDeadline.Of(context.Deadline, time.GetUtcNow()) };
        var plan = await Plan(request.Selection, context);
        var dispatched = plan.ToDispatched(served.Id, spec.RequestId);
        await responseStream.WriteAsync(new() { Dispatched = dispatched }, cancellationToken);

        var events = grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode)
            .Generate(plan, spec, cancellationToken)
            .WithBatchSize(BatchSize);
        await foreach (var happened in events.WithCancellation(cancellationToken))
            await responseStream.WriteAsync(happened.ToResponse(), cancellationToken);
    }

    public override async Task<DispatchResponse> Dispatch(DispatchRequest request, ServerCallContext context) =>
        new() { Dispatched = (await Plan(request.Selection, context)).ToDispatched((await model.Get()).Id, "") };

    private Task<DispatchPlan> Plan(V1.ExpertSelection? selection, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        return grains.GetGrain<IDispatchGrain>(tenant.Value).Dispatch(selection.ToSelection(tenant));
    }
}
