using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Layers;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Layers;

/// <summary>Rotary frequencies against <c>rope-frequencies.py</c>, through the reader of <c>config.json</c>.</summary>
public sealed class RotaryEmbeddingTests
{
    public static TheoryData<string> Cases => [.. All().Select(entry => entry.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frequencies_equal_the_formulas(string name)
    {
        using var scope = NewDisposeScope();
        var entry = All().Single(entry => entry.GetProperty("name").GetString() == name);
        var length = entry.GetProperty("length").GetInt32();
        var config = Config(entry);

        using var rotary = new RotaryEmbedding(config, CPU);
        var (cos, sin) = rotary.Forward(tensor(new long[] { 1 }, [1, 1]), tensor(new long[] { length }), ScalarType.Float32);

        // At position 1 the angle is the frequency itself.
        var factor = entry.GetProperty("attention_factor").GetDouble();
        var expected = entry.GetProperty("inverse_frequencies").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var half = config.HeadDim / 2;
        Assert.Equal(half, expected.Length);
        for (var i = 0; i < half; i++)
        {
            Assert.Equal(Math.Sin(expected[i]) * factor, sin[0, 0, 0, i].ToDouble(), 2e-7 + (1e-6 * Math.Sin(expected[i])));
            Assert.Equal(sin[0, 0, 0, i].ToDouble(), sin[0, 0, 0, half + i].ToDouble());
            Assert.Equal(Math.Cos(expected[i]) * factor, cos[0, 0, 0, i].ToDouble(), 1e-6);
        }

        var inverse = config.RopeScaling is DynamicRopeScaling dynamic
            ? RotaryFrequencies.Dynamic(config, dynamic, tensor(new long[] { length }))[0]
            : RotaryFrequencies.Compute(config);
        var relative = ((inverse.to_type(ScalarType.Float64) / tensor(expected)) - 1).abs().max().ToDouble();
        Assert.True(relative < 2e-6, $"Off by {relative}.");
    }

    [Fact]
    public void Both_spellings_of_a_configuration_are_the_same()
    {
        foreach (var entry in All().Where(entry => entry.GetProperty("rope_scaling").ValueKind is JsonValueKind.Object))
        {
            var current = JsonNode.Parse(entry.GetProperty("rope_scaling").GetRawText())!.AsObject();
            var type = (current["rope_type"] ?? current["type"])!.GetValue<string>();
            current.Remove("type");
            current["rope_type"] = type;
            current["rope_theta"] = entry.GetProperty("rope_theta").GetDouble();
            var json = Json(entry);
            json.Remove("rope_theta");
            json.Remove("rope_scaling");
            json["rope_parameters"] = current;
            Assert.Equal(Config(entry), Parse(json));
        }
    }

    [Fact]
    public void A_configuration_is_written_as_it_is_read()
    {
        foreach (var entry in All())
        {
            var config = Config(entry);
            Assert.Equal(config, ModelConfig.Parse(System.Text.Encoding.UTF8.GetBytes(config.ToJson())));
        }
    }

    [Fact]
    public void Scaling_reaches_further_where_it_is_made_for_that()
    {
        Assert.Equal(8192, Reach("linear"));
        Assert.Equal(4096, Reach("dynamic, short"));
        Assert.Equal(131072, Reach("yarn, qwen3"));
        Assert.Equal(131072, Reach("llama3"));
        Assert.Equal(65536, Reach("yarn, original length absent"));
        static int Reach(string name) => Config(All().Single(entry => entry.GetProperty("name").GetString() == name)).ExtendedContextLength;
    }

    private static ModelConfig Config(JsonElement entry) => Parse(Json(entry));

    private static ModelConfig Parse(JsonObject json) => ModelConfig.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static JsonObject Json(JsonElement entry)
    {
        var json = new JsonObject
        {
            ["model_type"] = "llama",
            ["vocab_size"] = 10,
            ["hidden_size"] = 16,
            ["intermediate_size"] = 16,
            ["num_hidden_layers"] = 1,
            ["num_attention_heads"] = 2,
        };
        foreach (var name in new[] { "rope_theta", "head_dim", "max_position_embeddings", "rope_scaling" })
            json[name] = JsonNode.Parse(entry.GetProperty(name).GetRawText());
        return json;
    }

    private static JsonElement.ArrayEnumerator All()
    {
        using var stream = typeof(RotaryEmbeddingTests).Assembly.GetManifestResourceStream("rope-frequencies.json")!;
        return JsonDocument.Parse(stream).RootElement.EnumerateArray();
    }
}
