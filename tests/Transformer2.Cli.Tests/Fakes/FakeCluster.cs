using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>A model of one matrix.</summary>
internal sealed class FakeCluster : ClusterService.ClusterServiceBase
{
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context) => Task.FromResult(new GetModelResponse
    {
        Model = new Model
        {
            ModelId = "nano",
            ContextLength = 512,
            ParameterCount = 5_000_000_000,
            Matrices = { new AdaptableMatrix { Name = "model.layers.0.mlp.up_proj.weight", Rank = 192 } },
        },
    });
}
