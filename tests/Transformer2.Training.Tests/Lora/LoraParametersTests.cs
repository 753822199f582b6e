using TorchSharp;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Adapters;
using Transformer2.Training.Lora;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Lora;

public sealed class LoraParametersTests(NanoFixture nano)
{
    private static readonly AdapterOptions Options = new() { Kind = "lora", Modules = "all", Rank = 3, Alpha = 7 };

    [Fact]
    public void An_untrained_update_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = nano.CreateModel();
        using var adapter = AdapterParameters.Create(model, Options, seed: 1);
        var ids = randint(500, [2, 9], dtype: ScalarType.Int64);
        Assert.True(model.Forward(ids).eq(model.Forward(ids, AdapterTensors.Rows([(adapter.Tensors(), 2)]))).all().ToBoolean());
    }

    [Fact]
    public void An_update_is_the_dense_matrix_with_it()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = nano.CreateModel();
        using var adapter = AdapterParameters.Create(model, Options, seed: 1);
        foreach (var (_, parameter) in adapter.Parameters) parameter.copy_(randn_like(parameter) * Scalars.Of(0.1));
        var ids = randint(500, [2, 9], dtype: ScalarType.Int64);
        var parameters = adapter.Parameters.ToDictionary();
        var own = model.Forward(ids, AdapterTensors.Rows([(adapter.Tensors(), 2)]));
        var asNumbers = model.Forward(ids, AdapterTensors.Rows([(AdapterTensors.Of(adapter.Weights(), model), 2)]));
        var beside = model.Forward(ids, AdapterTensors.Rows([(AdapterTensors.None, 1), (adapter.Tensors(), 1)]));
        var bare = model.Forward(ids);
        foreach (var projection in model.Projections)
            projection.Weight.add_(matmul(parameters[projection.Name + ".lora_B"], parameters[projection.Name + ".lora_A"]), alpha: Scalars.Of(7.0 / 3));
        var dense = model.Forward(ids);

        Assert.True((dense - bare).abs().max().ToDouble() > 0.01);
        Assert.True(own.allclose(dense, atol: 1e-4));
        Assert.True(asNumbers.allclose(dense, atol: 1e-4));
        Assert.True(beside[0].allclose(bare[0], atol: 1e-5));
        Assert.True(beside[1].allclose(dense[1], atol: 1e-4));
    }

    [Fact]
    public void Dropout_leaves_out_its_share_and_belongs_to_seed_and_step()
    {
        using var scope = NewDisposeScope();
        using var model = nano.CreateModel();
        using var adapter = AdapterParameters.Create(model, Options with { Dropout = 0.25 }, seed: 1);
        var mask = Mask(1, 1);
        Assert.Equal([4, 50, 32], mask.shape);
        Assert.InRange(mask.eq(0).to_type(ScalarType.Float32).mean().ToDouble(), 0.22, 0.28);
        Assert.Equal(1, mask.mean().ToDouble(), 0.05);
        Assert.True(mask.eq(Mask(1, 1)).all().ToBoolean());
        Assert.False(mask.eq(Mask(1, 2)).all().ToBoolean());
        Assert.False(mask.eq(Mask(2, 1)).all().ToBoolean());
        Assert.Null(adapter.Tensors().LowRank.First().Value.Dropout);

        Tensor Mask(ulong seed, int step) => adapter.Tensors(new AdapterNoise(seed, step, 4, 50)).LowRank["model.layers.0.self_attn.q_proj.weight"].Dropout!;
    }

    [Fact]
    public void A_file_gives_back_what_was_written()
    {
        using var folder = new TestKit.TemporaryFolder();
        using var model = nano.CreateModel();
        using var adapter = AdapterParameters.Create(model, Options, seed: 1);
        var written = (LoraWeights)adapter.Weights();

        LoraFile.Write(folder.File("adapter.safetensors"), written);
        var read = LoraFile.Read(folder.File("adapter.safetensors"));

        Assert.Equal(written.Matrices.Keys.Order(), read.Matrices.Keys.Order());
        Assert.All(written.Matrices, entry =>
        {
            var (own, other) = (entry.Value, read.Matrices[entry.Key]);
            Assert.Equal((own.Rank, own.Scale), (other.Rank, other.Scale), (left, right) => left.Item1 == right.Item1 && Math.Abs(left.Item2 - right.Item2) < 1e-9);
            Assert.Equal(own.A, other.A);
            Assert.Equal(own.B, other.B);
        });
    }
}
