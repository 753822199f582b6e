using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Svf;

public sealed class SvfOracleTests
{
    private const int PromptLength = 6;

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var name in Oracle.Names)
                foreach (var set in new[] { "mlp", "all" })
                    foreach (var mode in new[] { "plain", "renorm" })
                        cases.Add(name, set, mode);
            return cases;
        }
    }

    public static TheoryData<string, string> MlpCases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var name in Oracle.Names)
                foreach (var mode in new[] { "plain", "renorm" })
                    cases.Add(name, mode);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void Singular_values_and_adapted_weights_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Forward(name).Decomposed();
        var inputs = oracle.Svf("inputs");
        var expected = oracle.Svf("adapted_weights");
        foreach (var projection in oracle.Model.Projections)
            Oracle.AssertClose(projection.Factors!.Sigma, inputs.ReadTensor("S." + projection.Name), 2e-5, 1e-6);
        foreach (var key in expected.Tensors.Keys)
        {
            var parts = key.Split('.', 3);
            var factors = oracle.Model.Projections.Single(projection => projection.Name == parts[2]).Factors!;
            var z = EffectiveMultipliers.Compute(factors.Sigma, Mask(inputs, parts[1], parts[2]), Composition(parts[0]));
            Oracle.AssertClose(factors.Compose(z), expected.ReadTensor(key), 2e-5, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Adapted_logits_equal_the_reference(string name, string set, string mode)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name).Decomposed();
        var inputs = oracle.Svf("inputs");
        var expected = oracle.Svf("expected");
        foreach (var mask in new[] { "z1", "z2", "mix" })
        {
            var experts = RowExperts.ForAllRows(Multipliers(oracle, set, mode, matrix => Mask(inputs, mask, matrix)));
            var logits = oracle.Model.Logits(oracle.Model.Forward(inputs.ReadTensor("input_ids"), experts));
            Oracle.AssertClose(logits, expected.ReadTensor($"logits.{mask}.{set}.{mode}"), 5e-4, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_equal_the_reference(string name, string set, string mode)
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Forward(name).Decomposed();
        var inputs = oracle.Svf("inputs");
        var expected = oracle.Svf("gradients");
        var z1 = Adapted(oracle, set).ToDictionary(projection => projection, projection => inputs.ReadTensor("z1." + projection).requires_grad_(true));

        var total = LogProbability(oracle, inputs, Multipliers(oracle, set, mode, matrix => z1[matrix]));
        total.backward();

        Oracle.AssertClose(total.detach().view(1), expected.ReadTensor($"logprob.{set}.{mode}"), 5e-3, 1e-4);
        foreach (var (matrix, z) in z1) Oracle.AssertClose(z.grad!, expected.ReadTensor($"{set}.{mode}.{matrix}"), 5e-3, 1e-3);
    }

    [Theory]
    [MemberData(nameof(MlpCases))]
    public void Gradients_of_mixture_weights_equal_the_reference(string name, string mode)
    {
        using var scope = NewDisposeScope();
        using var oracle = Oracle.Forward(name).Decomposed();
        var inputs = oracle.Svf("inputs");
        var alpha = inputs.ReadTensor("alpha").requires_grad_(true);

        LogProbability(oracle, inputs, Multipliers(oracle, "mlp", mode, matrix =>
            (alpha[0] * inputs.ReadTensor("z1." + matrix)) + (alpha[1] * inputs.ReadTensor("z2." + matrix)))).backward();

        Oracle.AssertClose(alpha.grad!, oracle.Svf("gradients").ReadTensor($"alpha.mlp.{mode}"), 5e-3, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Oracle.Names), MemberType = typeof(Oracle))]
    public void Linear_composition_of_expert_vectors_gives_the_references_mixture(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var oracle = Oracle.Forward(name).Decomposed();
        var inputs = oracle.Svf("inputs");
        var alpha = inputs.ReadSingles("alpha");
        var mixed = ExpertComposition.Linear([new(Vector("z1"), alpha[0]), new(Vector("z2"), alpha[1])]);

        var experts = RowExperts.ForAllRows(mixed.Multipliers.Select(entry => KeyValuePair.Create(entry.Key, tensor(entry.Value.ToArray()))));
        var logits = oracle.Model.Logits(oracle.Model.Forward(inputs.ReadTensor("input_ids"), experts));

        Oracle.AssertClose(logits, oracle.Svf("expected").ReadTensor("logits.mix.all.plain"), 5e-4, 0);
        ExpertVector Vector(string z) => new(oracle.Layout.Ranks.Keys.Select(matrix => KeyValuePair.Create(matrix, inputs.ReadSingles($"{z}.{matrix}"))));
    }

    private static Tensor LogProbability(Oracle oracle, SafetensorsFile inputs, IEnumerable<KeyValuePair<string, Tensor>> multipliers)
    {
        var ids = inputs.ReadTensor("input_ids").narrow(0, 0, 1);
        var time = ids.shape[1];
        var logprobs = nn.functional.log_softmax(oracle.Model.Logits(oracle.Model.Forward(ids, RowExperts.ForAllRows(multipliers))), -1);
        var chosen = logprobs.narrow(1, PromptLength - 1, time - PromptLength).gather(-1, ids.narrow(1, PromptLength, time - PromptLength).unsqueeze(-1));
        return chosen.sum();
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Multipliers(Oracle oracle, string set, string mode, Func<string, Tensor> mask) =>
        oracle.Model.Projections.Where(projection => Adapted(oracle, set).Contains(projection.Name)).Select(projection => KeyValuePair.Create(
            projection.Name, EffectiveMultipliers.Compute(projection.Factors!.Sigma, mask(projection.Name), Composition(mode))));

    private static IEnumerable<string> Adapted(Oracle oracle, string set) =>
        oracle.Model.Projections.Select(projection => projection.Name).Where(name => set == "all" || name.Contains(".mlp.", StringComparison.Ordinal));

    private static Tensor Mask(SafetensorsFile inputs, string mask, string matrix)
    {
        if (mask != "mix") return inputs.ReadTensor($"{mask}.{matrix}");
        var alpha = inputs.ReadSingles("alpha");
        return (alpha[0] * inputs.ReadTensor("z1." + matrix)) + (alpha[1] * inputs.ReadTensor("z2." + matrix));
    }

    private static SvfComposition Composition(string mode) => mode == "plain" ? SvfComposition.Plain : SvfComposition.Renormalized;
}
