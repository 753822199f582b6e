using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>How the prompts of the key's tenant are dispatched.</summary>
public sealed class SelfAdaptation
{
    private readonly AdaptationService.AdaptationServiceClient _stub;
    private readonly Rpc _rpc;

    internal SelfAdaptation(AdaptationService.AdaptationServiceClient stub, Rpc rpc) => (_stub, _rpc) = (stub, rpc);

    /// <summary>The dispatch policy: as it was set, and what holds with the platform's below it.</summary>
    public Task<GetDispatchPolicyResponse> GetPolicyAsync(CancellationToken cancellationToken = default) =>
        _rpc.CallAsync(_stub.GetDispatchPolicyAsync(new GetDispatchPolicyRequest(), cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Sets the dispatch policy as a whole; an empty one is the platform's.</summary>
    /// <param name="policy">With an etag, only if nobody else has changed it since it was read.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The policy with its new etag.</returns>
    public async Task<DispatchPolicy> UpdatePolicyAsync(DispatchPolicy policy, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(
            _stub.UpdateDispatchPolicyAsync(new UpdateDispatchPolicyRequest { Policy = policy }, cancellationToken: cancellationToken), cancellationToken)).Policy;
}
