using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of the platform's description.</summary>
[Authorize]
internal sealed class ClusterEndpoint(BaseModelSource source) : ClusterService.ClusterServiceBase
{
    public override async Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context)
    {
        var known = await source.Get();
        var model = new Model
        {
            ModelId = known.Id,
            BaseFingerprint = known.BaseFingerprint,
            DecompositionFingerprint = known.DecompositionFingerprint,
            ContextLength = known.ContextLength,
            VocabularySize = known.VocabularySize,
            ParameterCount = known.ParameterCount,
        };
        model.Matrices.AddRange(known.Matrices.Select(matrix => new AdaptableMatrix { Name = matrix.Name, Rank = matrix.Rank }));
        return new() { Model = model };
    }
}
