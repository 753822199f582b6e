using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
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
    public void A_cache_changes_nothing_however_the_tokens_are_cut(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name);
        var ids = oracle.Expected().ReadTensor("input_ids");
        int batch = (int)ids.shape[0], time = (int)ids.shape[1];
        var expected = oracle.Model.Logits(oracle.Model.Forward(ids));
        using var cache = new KeyValueCache(oracle.Model.Config, batch + 1, time, ScalarType.Float32, CPU);
        var rows = Enumerable.Range(0, batch).Select(row => ids[row].data<long>().Select(id => (int)id).ToArray()).ToArray();

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
            var expected = Ids(entry, entry.TryGetProperty("continuation_ids", out _) ? "continuation_ids" : "continuation");
            using var cache = new KeyValueCache(oracle.Model.Config, 1, prompt.Length + expected.Length, ScalarType.Float32, CPU);
            var generated = new List<int>();
            var (next, start) = (prompt, 0);
            while (generated.Count < expected.Length)
            {
                using var scope = NewDisposeScope();
                var hidden = oracle.Model.Forward([next], [start], cache, firstRow: 0);
                start += next.Length;
                generated.Add((int)oracle.Model.Logits(hidden[0, -1]).argmax().item<long>());
                next = [generated[^1]];
            }

            Assert.Equal(expected, generated);
        }
    }

    private static int[] Ids(System.Text.Json.JsonElement entry, string name) => [.. entry.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
