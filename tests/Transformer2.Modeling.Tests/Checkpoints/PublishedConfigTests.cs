using System.Text.Json;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Checkpoints;

/// <summary>The configurations of published models, as their authors wrote them.</summary>
public sealed class PublishedConfigTests
{
    public static TheoryData<string> Published => [.. All().Select(entry => entry.Name)];

    public static TheoryData<string, long> ParameterCounts => new()
    {
        { "Llama-2-7b-hf", 6_738_415_616 },
        { "Llama-2-70b-hf", 68_976_648_192 },
        { "Meta-Llama-3-8B", 8_030_261_248 },
        { "Meta-Llama-3-70B", 70_553_706_496 },
        { "Llama-3.1-8B-Instruct", 8_030_261_248 },
        { "Llama-3.2-1B", 1_235_814_400 },
        { "Llama-3.2-3B", 3_212_749_824 },
        { "Mistral-7B-v0.1", 7_241_732_096 },
        { "Mistral-7B-Instruct-v0.2", 7_241_732_096 },
        { "Mistral-7B-v0.3", 7_248_023_552 },
        { "Mistral-Nemo-Base-2407", 12_247_782_400 },
        { "Qwen2-0.5B", 494_032_768 },
        { "Qwen2-7B-Instruct", 7_615_616_512 },
        { "Qwen2.5-0.5B", 494_032_768 },
        { "Qwen2.5-1.5B", 1_543_714_304 },
        { "Qwen2.5-3B", 3_085_938_688 },
        { "Qwen2.5-7B", 7_615_616_512 },
        { "Qwen2.5-14B", 14_770_033_664 },
        { "Qwen2.5-32B", 32_763_876_352 },
        { "Qwen2.5-72B", 72_706_203_648 },
        { "Qwen3-0.6B", 596_049_920 },
        { "Qwen3-1.7B", 1_720_574_976 },
        { "Qwen3-4B", 4_022_468_096 },
        { "Qwen3-8B", 8_190_735_360 },
        { "Qwen3-14B", 14_768_307_200 },
        { "Qwen3-32B", 32_762_123_264 },
    };

    public static TheoryData<string> Presets => [.. ModelPresets.All.Keys];

    [Fact]
    public void Every_published_model_is_counted() => Assert.Equal(Published.Count, ParameterCounts.Count);

    [Theory]
    [MemberData(nameof(ParameterCounts))]
    public void A_published_model_has_as_many_parameters_as_its_files(string name, long parameters) =>
        Assert.Equal(parameters, DecoderParameters.Shapes(Read(name)).Values.Sum(shape => shape.Aggregate(1L, (product, extent) => product * extent)));

    [Theory]
    [MemberData(nameof(Published))]
    public void A_published_configuration_is_written_as_it_is_read(string name)
    {
        var config = Read(name);
        Assert.Equal(config, ModelConfig.Parse(System.Text.Encoding.UTF8.GetBytes(config.ToJson())));
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_preset_is_the_published_configuration(string name) => Assert.Equal(Read(name), ModelPresets.All[name]);

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_preset_computes_logits_of_the_right_shape_without_its_weights(string name)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var config = ModelPresets.All[name];
        using var model = new Decoder(config, DecoderParameters.Create(config, (_, shape) => empty(shape, ScalarType.BFloat16, META)));

        var logits = model.Logits(model.Forward(zeros([2, 5], ScalarType.Int64, META)));

        Assert.Equal([2, 5, config.VocabularySize], logits.shape);
        Assert.Equal(ScalarType.BFloat16, logits.dtype);
        Assert.Equal(DeviceType.META, logits.device_type);
        Assert.Equal(7 * config.Layers, model.Projections.Count);
    }

    [Fact]
    public void Shapes_are_the_published_ones()
    {
        Assert.Equal([2048, 1024], Shape("Qwen3-0.6B", "self_attn.q_proj.weight"));
        Assert.Equal([1024, 2048], Shape("Qwen3-0.6B", "self_attn.o_proj.weight"));
        Assert.Equal([128], Shape("Qwen3-0.6B", "self_attn.q_norm.weight"));
        Assert.Equal([4096, 5120], Shape("Mistral-Nemo-Base-2407", "self_attn.q_proj.weight"));
        Assert.Equal([1024, 5120], Shape("Mistral-Nemo-Base-2407", "self_attn.k_proj.weight"));
        Assert.Equal([512], Shape("Qwen2.5-7B", "self_attn.v_proj.bias"));
        Assert.Equal([18944, 3584], Shape("Qwen2.5-7B", "mlp.gate_proj.weight"));
        Assert.Equal([8192, 28672], Shape("Meta-Llama-3-70B", "mlp.down_proj.weight"));
        Assert.DoesNotContain("model.layers.0.self_attn.o_proj.bias", DecoderParameters.Shapes(Read("Qwen2.5-7B")).Keys);
        Assert.DoesNotContain("lm_head.weight", DecoderParameters.Shapes(Read("Llama-3.2-1B")).Keys);
        static long[] Shape(string name, string parameter) => DecoderParameters.Shapes(Read(name))["model.layers.0." + parameter];
    }

    [Fact]
    public void Only_the_first_mistral_slides()
    {
        var sliding = All().Where(entry => Read(entry.Name).Window is not null).Select(entry => entry.Name);
        Assert.Equal(["Mistral-7B-v0.1"], sliding);
        Assert.Equal(new AttentionWindow(4096, Enumerable.Range(0, 32)), Read("Mistral-7B-v0.1").Window);
    }

    /// <summary>T2_FUZZ_SECONDS lets it go on for longer.</summary>
    [Fact]
    public void A_damaged_configuration_is_read_or_refused()
    {
        var random = new Random(17);
        var files = All().Select(entry => Bytes(entry.Name)).ToArray();
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("T2_FUZZ_SECONDS"), out var asked) ? asked : 0;
        var end = DateTime.UtcNow.AddSeconds(seconds);
        for (var i = 0; i < 20_000 || DateTime.UtcNow < end; i++)
        {
            var bytes = files[random.Next(files.Length)].ToList();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)); break;
                    case 2: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(1, 40))); break;
                    default: bytes.Insert(at, (byte)"0123456789-eE.,:\"[]{}nulltruefalse"[random.Next(33)]); break;
                }

                if (bytes.Count == 0) bytes.Add(0);
            }

            try
            {
                var read = ModelConfig.Parse([.. bytes]);
                Assert.Equal(read, ModelConfig.Parse(System.Text.Encoding.UTF8.GetBytes(read.ToJson())));
            }
            catch (CheckpointException e)
            {
                Assert.StartsWith("config.json", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static ModelConfig Read(string name) => ModelConfig.Parse(Bytes(name));

    private static byte[] Bytes(string name) => System.Text.Encoding.UTF8.GetBytes(All().Single(entry => entry.Name == name).Value.GetRawText());

    private static JsonElement.ObjectEnumerator All()
    {
        using var stream = typeof(PublishedConfigTests).Assembly.GetManifestResourceStream("published-configs.json")!;
        return JsonDocument.Parse(stream).RootElement.EnumerateObject();
    }
}
