using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Svf;

/// <summary>What the published code computes: a sigmoid mask, renormalised; and its few-shot mixture of raw parameters.</summary>
public sealed class OfficialCodeTests
{
    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void A_trained_mask_composes_to_the_published_weights(string name)
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Forward(name).Decomposed();
        var official = oracle.Svf("official_mask");
        var checkedMatrices = 0;
        foreach (var projection in oracle.Model.Projections.Where(projection => official.Tensors.ContainsKey("mask." + projection.Name)))
        {
            var mask = official.ReadTensor("mask." + projection.Name);
            Oracle.AssertClose(official.ReadTensor("p." + projection.Name).sigmoid(), mask, 4e-3, 0); // the file's masks are rounded to bfloat16
            if (!official.Tensors.ContainsKey("W_fp32_decomposition." + projection.Name))
            {
                continue;
            }

            var z = EffectiveMultipliers.Compute(projection.Factors!.Sigma, mask, SvfComposition.Renormalized);
            Oracle.AssertClose(projection.Factors.Compose(z), official.ReadTensor("W_fp32_decomposition." + projection.Name), 5e-4, 0);
            checkedMatrices++;
        }

        Assert.Equal(3, checkedMatrices);
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void The_published_mixtures_give_the_published_logits(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name).Decomposed();
        var official = oracle.Svf("weighted_combination");
        var ids = official.ReadTensor("input_ids");
        foreach (var tag in new[] { "norm", "raw_per_layer" })
        {
            var experts = RowExperts.ForAllRows(oracle.Model.Projections
                .Where(projection => official.Tensors.ContainsKey($"{tag}.combined_mask.{projection.Name}"))
                .Select(projection => KeyValuePair.Create(projection.Name, EffectiveMultipliers.Compute(
                    projection.Factors!.Sigma, official.ReadTensor($"{tag}.combined_mask.{projection.Name}"), SvfComposition.Renormalized))));

            Oracle.AssertClose(oracle.Model.Logits(oracle.Model.Forward(ids, experts)), official.ReadTensor($"{tag}.logits"), 1e-2, 0);
        }
    }
}
