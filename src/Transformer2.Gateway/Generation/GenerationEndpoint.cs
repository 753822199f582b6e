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

    // What a selection that needs no prompt is resolved for.
    private static readonly GenerationSpec Nothing = new() { RequestId = "dispatch", Text = "", MaxTokens = 1 };

    private IInferenceNodeGrain Node => grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode);

    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var served = await model.Get();
        var spec = request.ToSpec(served.VocabularySize) with { Deadline = StartDeadline.Of(context.Deadline, time.GetUtcNow()) };
        var plan = await Plan(request.Selection, context);
        var events = Node.Generate(plan, spec, cancellationToken).WithBatchSize(BatchSize);
        await foreach (var happened in events.WithCancellation(cancellationToken))
            await responseStream.WriteAsync(happened.ToResponse(plan.Tenant, served.Id, spec.RequestId), cancellationToken);
    }

    public override async Task<DispatchResponse> Dispatch(DispatchRequest request, ServerCallContext context)
    {
        var spec = request.ToSpec();
        if (spec is null && request.Selection?.SelectionCase == V1.ExpertSelection.SelectionOneofCase.Auto)
            throw new PlatformException(ErrorReason.PromptEmpty, "There is nothing to choose experts for: set prompt or messages.");
        var served = await model.Get();
        var plan = await Plan(request.Selection, context);
        var deadline = StartDeadline.Of(context.Deadline, time.GetUtcNow());
        var outcome = await Node.Dispatch(plan, (spec ?? Nothing) with { Deadline = deadline }, context.CancellationToken);
        return new() { Dispatched = outcome.ToDispatched(plan.Tenant, served.Id, requestId: "") };
    }

    private Task<DispatchPlan> Plan(V1.ExpertSelection? selection, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        return grains.GetGrain<IDispatchGrain>(tenant.Value).Dispatch(selection.ToSelection(tenant));
    }
}
