using System.Runtime.CompilerServices;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>
/// How the prompts of the key's tenant are dispatched, and the jobs that make experts for it. A job is named by its id, or in full as
/// <c>tenants/{tenant}/adaptations/{adaptation}</c>.
/// </summary>
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

    /// <summary>Begins a job. Asking again with the same id and the same content returns the job that there is.</summary>
    public async Task<Adaptation> CreateAsync(CreateAdaptationRequest request, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.CreateAdaptationAsync(request, cancellationToken: cancellationToken), cancellationToken)).Adaptation;

    /// <summary>A job as it is.</summary>
    public async Task<Adaptation> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.GetAdaptationAsync(new GetAdaptationRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Adaptation;

    /// <summary>All jobs, newest first, fetched page by page.</summary>
    /// <param name="pageSize">Jobs per page; 0 leaves it to the server.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<Adaptation> ListAsync(int pageSize = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListAdaptationsRequest { PageSize = pageSize };
        do
        {
            var page = await _rpc.CallAsync(_stub.ListAdaptationsAsync(request, cancellationToken: cancellationToken), cancellationToken);
            foreach (var adaptation in page.Adaptations)
            {
                yield return adaptation;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>A job as it is, and again at every change, until it has ended. Leaving the enumeration changes nothing for the job.</summary>
    public async IAsyncEnumerable<Adaptation> WatchAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var call = _stub.WatchAdaptation(new WatchAdaptationRequest { Name = name }, cancellationToken: cancellationToken);
        while (await _rpc.NextAsync(call.ResponseStream, cancellationToken))
        {
            yield return call.ResponseStream.Current.Adaptation;
        }
    }

    /// <summary>Ends a job as soon as may be. One that has ended stays as it is.</summary>
    public async Task<Adaptation> CancelAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(
            _stub.CancelAdaptationAsync(new CancelAdaptationRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Adaptation;

    /// <summary>Removes a job that has ended; its expert stays.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _rpc.CallAsync(_stub.DeleteAdaptationAsync(new DeleteAdaptationRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken);
}
