using Transformer2.Abstractions;
using Transformer2.Experts;

namespace Transformer2.Gateway;

/// <summary>The base model that the platform serves, asked for once: it does not change while the node lives.</summary>
public sealed class BaseModelSource(IGrainFactory grains)
{
    private ModelRecord? _model;

    /// <summary>The base model.</summary>
    public async Task<ModelRecord> Get() =>
        _model ??= await grains.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode).GetModel();

    /// <summary>What an expert file must fit.</summary>
    public async Task<ExpertLayout> GetLayout()
    {
        var known = await Get();
        var ranks = known.Matrices.ToDictionary(matrix => matrix.Name, matrix => matrix.Rank);
        return new(known.BaseFingerprint, known.DecompositionFingerprint, ranks);
    }
}
