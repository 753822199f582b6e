using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Adapters;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Adapters;

public sealed class AdapterOptionsTests(NanoFixture nano)
{
    // Llama-3-8B
    private static readonly ModelConfig Llama = new()
    {
        VocabularySize = 128256,
        HiddenSize = 4096,
        IntermediateSize = 14336,
        Layers = 32,
        Heads = 32,
        KeyValueHeads = 8,
        HeadDim = 128,
        ContextLength = 8192,
    };

    [Theory]
    [InlineData("lora", "qv", 6_815_744)]
    [InlineData("lora", "qv+mlp", 35_127_296)]
    [InlineData("svf", "mlp", 393_216)]
    [InlineData("svf", "qv", 163_840)]
    [InlineData("svf", "attention", 327_680)]
    [InlineData("svf", "all", 720_896)]
    public void Parameters_are_as_many_as_the_paper_has(string kind, string modules, long expected) =>
        Assert.Equal(expected, new AdapterOptions { Kind = kind, Modules = modules, Rank = 16 }.ParameterCount(Llama));

    [Theory]
    [InlineData("svf", "mlp")]
    [InlineData("svf", "attention")]
    [InlineData("lora", "qv")]
    [InlineData("lora", "all")]
    public void What_is_counted_is_what_is_trained(string kind, string modules)
    {
        using var model = nano.CreateModel();
        foreach (var layers in new LayerRange?[] { null, new LayerRange(1, 1) })
        {
            var options = new AdapterOptions { Kind = kind, Modules = modules, Layers = layers, Rank = 4 };
            using var adapter = AdapterParameters.Create(model, options, seed: 1);
            Assert.Equal(options.ParameterCount(model.Config), adapter.Parameters.Sum(entry => entry.Value.numel()));
            Assert.Equal(options.ParameterCount(model.Config), adapter.Weights().ParameterCount);
            Assert.All(adapter.Parameters, entry => Assert.Contains(layers is null ? ".layers." : ".layers.1.", entry.Key, StringComparison.Ordinal));
        }
    }

    public static TheoryData<AdapterOptions> Unusable =>
    [
        new AdapterOptions { Kind = "ia3" }, new AdapterOptions { Modules = "norms" }, new AdapterOptions { Mask = "relu" }, new AdapterOptions { Mask = "sigmoid" }, new AdapterOptions { Layers = new(3, 2) }, new AdapterOptions { Layers = new(90, 99) },
        new AdapterOptions { MaxMultiplier = double.NaN }, new AdapterOptions { Kind = "lora", Rank = 0 }, new AdapterOptions { Kind = "lora", Dropout = 1 }, new AdapterOptions { Kind = "lora", Alpha = double.NaN },
    ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void What_cannot_be_used_is_refused(AdapterOptions options) => Assert.Throws<ArgumentException>(() => options.ParameterCount(Llama));

    [Theory]
    [InlineData("identity", false, 1)]
    [InlineData("identity", true, 1)]
    [InlineData("sigmoid", true, 1)]
    [InlineData("sigmoid", false, 2)]
    [InlineData("sigmoid", false, 5)]
    public void Multipliers_start_where_they_change_nothing(string mask, bool renormalize, double most)
    {
        using var scope = NewDisposeScope();
        using var model = nano.CreateModel();
        using var adapter = new SvfParameters(model, new AdapterOptions { Mask = mask, Renormalize = renormalize, MaxMultiplier = most }, seed: 1);
        Assert.All(adapter.Tensors().Multipliers.Values, z => Assert.InRange((z - 1).abs().max().ToDouble(), 0, 1e-6));
    }

    [Fact]
    public void A_start_with_noise_is_the_seeds()
    {
        using var model = nano.CreateModel();
        Assert.Equal(Start(1), Start(1));
        Assert.NotEqual(Start(1), Start(2));

        float[] Start(ulong seed)
        {
            using var adapter = new SvfParameters(model, new AdapterOptions { Mask = "sigmoid", Renormalize = true, InitialNoise = 0.01 }, seed);
            var p = adapter.Parameters[0].Value.data<float>().ToArray();
            Assert.InRange(p.Average(), 0.09, 0.11);
            return p;
        }
    }
}
