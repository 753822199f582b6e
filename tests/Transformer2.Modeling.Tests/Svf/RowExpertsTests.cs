using TorchSharp;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Svf;

/// <summary>One batch, a different expert in every row.</summary>
public sealed class RowExpertsTests
{
    [Fact]
    public void Rows_with_different_experts_equal_the_same_rows_alone()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = TinyModel.Create(seed: 3);
        var ids = randint(0, model.Config.VocabularySize, [4, 9], dtype: ScalarType.Int64, generator: new Generator(4));
        var z = Multipliers(model, rows: 4);

        var together = model.Forward(ids, RowExperts.ForAllRows(z));

        for (var row = 0; row < 4; row++)
        {
            var alone = model.Forward(ids.narrow(0, row, 1), RowExperts.ForAllRows(z.ToDictionary(entry => entry.Key, entry => entry.Value.narrow(0, row, 1))));
            Oracle.AssertClose(together.narrow(0, row, 1), alone, 1e-5, 1e-5);
        }

        Assert.True((together[0] - model.Forward(ids)[0]).abs().max().ToDouble() > 1e-2, "The experts change something.");
    }

    [Fact]
    public void Base_rows_in_a_mixed_batch_equal_the_bare_model()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = TinyModel.Create(seed: 3);
        var ids = randint(0, model.Config.VocabularySize, [3, 5], dtype: ScalarType.Int64, generator: new Generator(5));
        var mixed = new RowExperts();
        foreach (var (matrix, z) in Multipliers(model, rows: 1))
            mixed.Add(matrix, new MatrixRows(z, tensor(new long[] { 1 }), tensor(new long[] { 0, 2 }), tensor(new long[] { 1, 0, 2 })));

        var together = model.Forward(ids, mixed);

        var bare = model.Forward(ids);
        Oracle.AssertClose(together[0], bare[0], 1e-6, 0);
        Oracle.AssertClose(together[2], bare[2], 1e-6, 0);
        Assert.True((together[1] - bare[1]).abs().max().ToDouble() > 1e-2, "The adapted row differs.");
    }

    [Fact]
    public void An_expert_of_ones_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = TinyModel.Create(seed: 7);
        var ids = randint(0, model.Config.VocabularySize, [2, 6], dtype: ScalarType.Int64, generator: new Generator(8));
        var identity = RowExperts.ForAllRows(model.Projections.Select(projection => KeyValuePair.Create(projection.Name, ones(projection.Factors!.Rank))));

        Oracle.AssertClose(model.Forward(ids, identity), model.Forward(ids), 1e-5, 1e-5);
    }

    [Fact]
    public void Gradients_of_one_experts_rows_do_not_reach_another()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModel.Create(seed: 3);
        var ids = randint(0, model.Config.VocabularySize, [2, 6], dtype: ScalarType.Int64, generator: new Generator(6));
        var z = Multipliers(model, rows: 2).ToDictionary(entry => entry.Key, entry => entry.Value.requires_grad_(true));

        model.Forward(ids, RowExperts.ForAllRows(z))[0].sum().backward();

        Assert.All(z.Values, multipliers => Assert.Equal(0, multipliers.grad![1].abs().max().ToDouble()));
        Assert.Contains(z.Values, multipliers => multipliers.grad![0].abs().max().ToDouble() > 0);
    }

    private static Dictionary<string, Tensor> Multipliers(Modeling.Architectures.Decoder model, int rows)
    {
        using var generator = new Generator(11);
        return model.Projections.ToDictionary(
            projection => projection.Name, projection => 1 + (0.5 * randn([rows, projection.Factors!.Rank], generator: generator)));
    }
}
