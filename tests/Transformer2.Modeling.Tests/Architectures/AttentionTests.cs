using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Architectures;

/// <summary>Windows, grouped heads and dynamic rotary scaling on a small random model.</summary>
public sealed class AttentionTests
{
    private static readonly ModelConfig Dynamic = TinyModel.Config with { ContextLength = 8, RopeScaling = new DynamicRopeScaling(4) };

    [Fact]
    public void Only_the_layers_of_a_window_slide()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var full = TinyModel.Create(seed: 1);
        using var mixed = TinyModel.Create(seed: 1, TinyModel.Config with { Family = ModelFamily.Qwen2, Window = new AttentionWindow(4, [1]) });
        var ids = Ids(10);

        var (wide, narrow) = (States(full, ids), States(mixed, ids));

        Oracle.AssertClose(narrow[1], wide[1], 0, 0); // after layer 0
        Oracle.AssertClose(narrow[2].narrow(1, 0, 4), wide[2].narrow(1, 0, 4), 1e-6, 0);
        for (var position = 4; position < 10; position++)
            Assert.True((narrow[2][0, position] - wide[2][0, position]).abs().max().ToDouble() > 1e-3, $"Position {position} has lost sight of something.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Grouped_heads_equal_one_key_and_value_head_per_query_head(int keyValueHeads)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var config = TinyModel.Config with { KeyValueHeads = keyValueHeads };
        using var grouped = TinyModel.Create(seed: 2, config);
        var every = config with { KeyValueHeads = config.Heads };
        using var multi = new Decoder(every, DecoderParameters.Create(every, (name, _) => name.Contains("k_proj", StringComparison.Ordinal) || name.Contains("v_proj", StringComparison.Ordinal)
            ? grouped.Parameters[name].view(keyValueHeads, config.HeadDim, -1).repeat_interleave(config.Heads / keyValueHeads, 0).flatten(0, 1)
            : grouped.Parameters[name].clone()));

        Oracle.AssertClose(multi.Forward(Ids(9)), grouped.Forward(Ids(9)), 1e-5, 1e-5);
    }

    [Fact]
    public void Dynamic_scaling_changes_nothing_up_to_the_trained_length_and_everything_above()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var plain = TinyModel.Create(seed: 3);
        using var dynamic = TinyModel.Create(seed: 3, Dynamic);

        Oracle.AssertClose(dynamic.Forward(Ids(8)), plain.Forward(Ids(8)), 0, 0);
        Assert.True((dynamic.Forward(Ids(9)) - plain.Forward(Ids(9))).abs().max().ToDouble() > 1e-3, "Nine tokens are too many.");
    }

    [Fact]
    public void A_row_of_a_dynamic_model_does_not_depend_on_its_neighbours()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = TinyModel.Create(seed: 4, Dynamic);
        int[][] prompts = [[1, 2, 3], [.. Enumerable.Range(5, 14)]];
        using var cache = Cache(model, rows: 2);
        for (var row = 0; row < 2; row++) model.Forward([prompts[row]], [0], cache, row);
        var together = model.Forward([[7], [8]], [3, 14], cache, firstRow: 0);

        for (var row = 0; row < 2; row++)
        {
            using var own = Cache(model, rows: 1);
            model.Forward([prompts[row]], [0], own, firstRow: 0);
            Oracle.AssertClose(together[row], model.Forward([[7 + row]], [prompts[row].Length], own, firstRow: 0)[0], 1e-6, 1e-6);
        }

        // The same without a cache: a short row padded to the length of a long one.
        var mask = ones(13, 13).tril().log();
        var ids = tensor(new long[] { 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0 }).unsqueeze(0);
        var positions = arange(13, ScalarType.Int64).clamp(max: 4).unsqueeze(0);
        var alone = model.Forward(ids.narrow(1, 0, 5));
        Oracle.AssertClose(model.Forward(ids, mask: mask, positions: positions).narrow(1, 0, 5), alone, 1e-6, 1e-6);
    }

    [Fact]
    public void A_prompt_of_a_dynamic_model_in_pieces_computes_what_it_computes_at_once()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = TinyModel.Create(seed: 5, Dynamic);
        int[] prompt = [.. Enumerable.Range(3, 15)];
        var atOnce = model.Forward(tensor(prompt.Select(id => (long)id).ToArray(), [1, 15]));
        using var cache = Cache(model, rows: 1);

        var pieces = new List<Tensor>();
        for (var start = 0; start < 15; start += 4)
            pieces.Add(model.Forward([prompt[start..Math.Min(15, start + 4)]], [start], cache, firstRow: 0, lengths: [15]));

        Oracle.AssertClose(cat(pieces, 1), atOnce, 1e-5, 1e-5);
    }

    private static CacheRows Cache(Decoder model, int rows) => new(model, rows, 32);

    private static Tensor Ids(int length) => randint(0, TinyModel.Config.VocabularySize, [1, length], dtype: ScalarType.Int64, generator: new Generator(6));

    private static List<Tensor> States(Decoder model, Tensor ids)
    {
        var states = new List<Tensor>();
        model.Forward(ids, observe: state => states.Add(state.clone().DetachFromDisposeScope()));
        return states;
    }
}
