using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>Keeps one policy.</summary>
internal sealed class FakeAdaptation : AdaptationService.AdaptationServiceBase
{
    /// <summary>The policy.</summary>
    public DispatchPolicy Policy { get; private set; } = new() { Etag = "0" };

    public override Task<GetDispatchPolicyResponse> GetDispatchPolicy(GetDispatchPolicyRequest request, ServerCallContext context)
    {
        var effective = Policy.Clone();
        effective.Composition = "top";
        return Task.FromResult(new GetDispatchPolicyResponse { Policy = Policy, Effective = effective });
    }

    public override Task<UpdateDispatchPolicyResponse> UpdateDispatchPolicy(UpdateDispatchPolicyRequest request, ServerCallContext context)
    {
        Policy = request.Policy.Clone();
        Policy.Etag = "1";
        return Task.FromResult(new UpdateDispatchPolicyResponse { Policy = Policy });
    }
}
