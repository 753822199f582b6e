using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Architectures;

public sealed class DecoderOracleTests
{
    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void Logits_and_hidden_states_equal_the_reference(string name)
    {
        using var oracle = Oracle.Forward(name);
        var meta = oracle.Json("meta.json");
        AssertEqualsReference(oracle, meta.GetProperty("atol").GetDouble(), meta.GetProperty("rtol").GetDouble());
    }

    [Fact]
    public void Stories260K_computes_what_the_reference_computes()
    {
        using var oracle = Oracle.Stories();
        AssertEqualsReference(oracle, 1e-4, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void Greedy_decoding_with_a_cache_gives_every_token_of_the_reference(string name)
    {
        using var oracle = Oracle.Forward(name);
        AssertGreedy(oracle, oracle.Json("greedy.json"));
    }

    [Fact]
    public void Stories260K_tells_the_published_story()
    {
        using var oracle = Oracle.Stories();
        AssertGreedy(oracle, oracle.Json("expected_greedy.json"));
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void Greedy_decoding_without_a_cache_gives_the_same(string name)
    {
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name);
        foreach (var entry in oracle.Json("greedy.json").GetProperty("cases").EnumerateArray())
        {
            var prompt = Ids(entry, "prompt");
            var ids = prompt.ToList();
            while (ids.Count < prompt.Length + 32)
            {
                using var scope = NewDisposeScope();
                var hidden = oracle.Model.Forward(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count]));
                ids.Add((int)oracle.Model.Logits(hidden[0, -1]).argmax().item<long>());
            }

            Assert.Equal(Ids(entry, "continuation"), ids[prompt.Length..]);
        }
    }

    [Theory]
    [InlineData("llama-untied-rope3")]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    public void A_chats_prompt_is_answered_as_by_the_reference(string name)
    {
        using var oracle = Oracle.Forward(name);
        AssertGreedy(oracle, oracle.Json("e2e_chat.json"));
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void A_padded_row_computes_what_it_computes_alone(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name);
        var rows = Rows(oracle);
        int time = rows[0].Length, kept = time - 7;
        foreach (var left in new[] { true, false })
        {
            // Row 0 is whole; of row 1 the first tokens, with padding of id 3 on one side.
            var pad = Enumerable.Repeat(3, time - kept);
            int[] padded = left ? [.. pad, .. rows[1][..kept]] : [.. rows[1][..kept], .. pad];
            var first = left ? time - kept : 0;
            var positions = new long[2, time];
            var mask = new float[2, 1, time, time];
            for (var row = 0; row < 2; row++)
            {
                for (var i = 0; i < time; i++)
                {
                    positions[row, i] = row == 0 ? i : Math.Clamp(i - first, 0, kept - 1);
                    for (var j = 0; j < time; j++)
                    {
                        var real = row == 0 || (j >= first && j < first + kept);
                        mask[row, 0, i, j] = i == j || (j < i && real) ? 0 : float.NegativeInfinity;
                    }
                }
            }

            var together = oracle.Model.Logits(oracle.Model.Forward(Batch([rows[0], padded]), mask: tensor(mask), positions: tensor(positions)));

            Oracle.AssertClose(together[0], oracle.Model.Logits(oracle.Model.Forward(Batch([rows[0]])))[0], 1e-4, 1e-5);
            var alone = oracle.Model.Logits(oracle.Model.Forward(Batch([rows[1][..kept]])))[0];
            Oracle.AssertClose(together[1].narrow(0, first, kept), alone, 1e-4, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void Rows_of_different_lengths_and_experts_in_one_cached_batch_equal_each_alone(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name).Decomposed();
        var rows = Rows(oracle);
        int[] lengths = [5, rows[1].Length - 3];
        using var cache = new CacheRows(oracle.Model, 2, rows[1].Length);
        var z = oracle.Model.Projections.ToDictionary(projection => projection.Name, projection => 1 + (0.3 * randn(2, projection.Factors!.Rank, generator: new Generator(9))));
        for (var row = 0; row < 2; row++) oracle.Model.Forward([rows[row][..lengths[row]]], [0], cache, row, Experts(row, 1));

        for (var step = 0; step < 3; step++)
        {
            int[][] next = [.. rows.Take(2).Select((ids, row) => new[] { ids[lengths[row] + step] })];
            var together = oracle.Model.Forward(next, [.. lengths.Select(length => length + step)], cache, firstRow: 0, Experts(0, 2));
            for (var row = 0; row < 2; row++)
            {
                var alone = oracle.Model.Forward(Batch([rows[row][..(lengths[row] + step + 1)]]), Experts(row, 1));
                Oracle.AssertClose(together[row, 0], alone[0, -1], 1e-4, 1e-5);
            }
        }

        RowExperts Experts(int first, int count) =>
            RowExperts.ForAllRows(z.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.narrow(0, first, count))));
    }

    [Fact]
    public void A_model_in_bfloat16_computes_about_what_the_reference_computes_in_it()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward("llama-bf16-sharded", dtype: null);
        var expected = oracle.Expected();
        var logits = oracle.Model.Logits(oracle.Model.Forward(expected.ReadTensor("input_ids")));
        Assert.Equal(ScalarType.BFloat16, logits.dtype);
        Assert.True((logits.to_type(ScalarType.Float32) - expected.ReadTensor("logits_bf16_compute")).abs().mean().ToDouble() < 0.05);
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void A_cache_changes_nothing_however_the_tokens_are_cut(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name);
        var ids = oracle.Expected().ReadTensor("input_ids");
        int batch = (int)ids.shape[0], time = (int)ids.shape[1];
        var expected = oracle.Model.Logits(oracle.Model.Forward(ids));
        using var cache = new CacheRows(oracle.Model, batch + 1, time);
        var rows = Rows(oracle);

        var pieces = new List<Tensor>();
        foreach (var (from, to) in new[] { (0, 5), (5, 6), (6, 7), (7, time) })
        {
            var hidden = oracle.Model.Forward([.. rows.Select(row => row[from..to])], [.. rows.Select(_ => from)], cache, firstRow: 1);
            pieces.Add(oracle.Model.Logits(hidden));
        }

        Oracle.AssertClose(cat(pieces, 1), expected, 5e-5, 1e-5);
    }

    private static void AssertEqualsReference(Oracle oracle, double atol, double rtol)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var expected = oracle.Expected();
        var ids = expected.ReadTensor("input_ids");
        var states = new List<Tensor>();
        var hidden = oracle.Model.Forward(ids, observe: state => states.Add(state.clone().DetachFromDisposeScope()));
        var logits = oracle.Model.Logits(hidden);
        states[^1] = hidden; // the reference's last state is the one after the final norm

        Oracle.AssertClose(logits, expected.ReadTensor("logits"), atol, rtol);
        Oracle.AssertClose(stack(states, 1), expected.ReadTensor("hidden_states"), atol, rtol);
        var time = ids.shape[1];
        var logprobs = nn.functional.log_softmax(logits, -1).narrow(1, 0, time - 1).gather(-1, ids.narrow(1, 1, time - 1).unsqueeze(-1)).squeeze(-1);
        Oracle.AssertClose(logprobs, expected.ReadTensor("token_logprobs"), atol, rtol);
    }

    private static void AssertGreedy(Oracle oracle, System.Text.Json.JsonElement golden)
    {
        using var guard = no_grad();
        foreach (var entry in golden.GetProperty("cases").EnumerateArray())
        {
            var prompt = Ids(entry, entry.TryGetProperty("prompt_ids", out _) ? "prompt_ids" : "prompt");
            var expected = Ids(entry, new[] { "continuation_ids", "completion_ids", "continuation" }.First(name => entry.TryGetProperty(name, out _)));
            using var cache = new CacheRows(oracle.Model, 1, prompt.Length + expected.Length);
            var generated = new List<int>();
            var (next, start) = (prompt, 0);
            while (generated.Count < expected.Length)
            {
                using var scope = NewDisposeScope();
                var hidden = oracle.Model.Forward([next], [start], cache, firstRow: 0);
                start += next.Length;
                var logits = oracle.Model.Logits(hidden[0, -1]);
                generated.Add((int)logits.argmax().item<long>());
                if ((Numbers(entry, "logprobs") ?? Numbers(entry, "completion_logprobs")) is { } logprobs)
                    Assert.Equal(logprobs[generated.Count - 1], nn.functional.log_softmax(logits, -1)[generated[^1]].ToDouble(), 6e-4);
                next = [generated[^1]];
            }

            Assert.Equal(expected, generated);
        }
    }

    private static double[]? Numbers(System.Text.Json.JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var numbers) ? [.. numbers.EnumerateArray().Select(number => number.GetDouble())] : null;

    private static int[][] Rows(Oracle oracle)
    {
        using var scope = NewDisposeScope();
        var ids = oracle.Expected().ReadTensor("input_ids");
        return [.. Enumerable.Range(0, (int)ids.shape[0]).Select(row => ids[row].data<long>().Select(id => (int)id).ToArray())];
    }

    private static Tensor Batch(int[][] rows) => tensor(rows.SelectMany(row => row.Select(id => (long)id)).ToArray(), [rows.Length, rows[0].Length]);

    private static int[] Ids(System.Text.Json.JsonElement entry, string name) => [.. entry.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
