using System.Text;
using System.Text.Json.Nodes;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Modeling.Tests.Checkpoints;

/// <summary>What a <c>config.json</c> may say, and what is refused by name.</summary>
public sealed class ConfigReaderTests
{
    private static readonly string[] Families = ["llama", "mistral", "qwen2", "qwen3"];

    [Theory]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("pretraining_tp", "2")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("attn_logit_softcapping", "50.0")]
    [InlineData("final_logit_softcapping", "30.0")]
    [InlineData("quantization_config", """{"quant_method":"awq","bits":4}""")]
    [InlineData("use_mrope", "true")]
    [InlineData("is_causal", "false")]
    [InlineData("add_cross_attention", "true")]
    [InlineData("is_encoder_decoder", "true")]
    [InlineData("pruned_heads", """{"1":[0]}""")]
    [InlineData("num_experts", "8")]
    [InlineData("logit_scale", "0.0625")]
    [InlineData("some_new_feature", "\"on\"")]
    [InlineData("some_new_list", "[1]")]
    [InlineData("auto_map", """{"AutoModelForCausalLM":"modeling_own.OwnForCausalLM"}""")]
    [InlineData("auto_map", "\"modeling_own.OwnForCausalLM\"")]
    [InlineData("architectures", """["LlamaForSequenceClassification"]""")]
    [InlineData("architectures", "\"LlamaForCausalLM\"")]
    [InlineData("architectures", "[null]")]
    [InlineData("layer_types", """["full_attention"]""")]
    [InlineData("layer_types", """["full_attention","chunked_attention"]""")]
    [InlineData("vocab_size", "-1")]
    [InlineData("vocab_size", "1e30")]
    [InlineData("vocab_size", "1e999")]
    [InlineData("vocab_size", "2147483648")]
    [InlineData("vocab_size", "10.5")]
    [InlineData("vocab_size", "\"10\"")]
    [InlineData("vocab_size", "[10]")]
    [InlineData("num_hidden_layers", "10001")]
    [InlineData("head_dim", "0")]
    [InlineData("rms_norm_eps", "0")]
    [InlineData("rms_norm_eps", "-1e-6")]
    [InlineData("rms_norm_eps", "1e9")]
    [InlineData("rope_theta", "1")]
    [InlineData("rope_theta", "-10000")]
    [InlineData("rope_theta", "1e300")]
    [InlineData("rope_theta", "\"10000\"")]
    [InlineData("tie_word_embeddings", "1")]
    [InlineData("tie_word_embeddings", "\"false\"")]
    public void What_is_not_computed_is_refused_in_every_family(string field, string value)
    {
        foreach (var family in Families) AssertRefused(family, field, value);
    }

    [Theory]
    [InlineData("llama", "sliding_window", "4096")]
    [InlineData("llama", "use_sliding_window", "true")]
    [InlineData("llama", "max_window_layers", "1")]
    [InlineData("llama", "layer_types", """["sliding_attention","full_attention"]""")]
    [InlineData("llama", "use_qk_norm", "true")]
    [InlineData("llama", "architectures", """["MistralForCausalLM"]""")]
    [InlineData("mistral", "attention_bias", "true")]
    [InlineData("mistral", "mlp_bias", "true")]
    [InlineData("mistral", "use_sliding_window", "false")]
    [InlineData("mistral", "layer_types", """["sliding_attention","full_attention"]""")]
    [InlineData("mistral", "sliding_window", "0")]
    [InlineData("qwen2", "attention_bias", "false")]
    [InlineData("qwen2", "mlp_bias", "true")]
    [InlineData("qwen2", "layer_types", """["full_attention","sliding_attention"]""")]
    [InlineData("qwen3", "layer_types", """["full_attention","sliding_attention"]""")]
    [InlineData("qwen3", "qk_norm", "false")]
    [InlineData("qwen3", "mlp_bias", "true")]
    public void What_a_family_does_not_have_is_refused_in_it(string family, string field, string value) => AssertRefused(family, field, value);

    [Theory]
    [InlineData("""{"factor":2.0}""", "rope_type is absent")]
    [InlineData("""{"rope_type":"longrope","factor":2.0,"long_factor":[1],"short_factor":[1]}""", "rope_type is \"longrope\"")]
    [InlineData("""{"type":"su","factor":2.0}""", "type is \"su\"")]
    [InlineData("""{"type":"mrope","mrope_section":[16,24,24]}""", "type is \"mrope\"")]
    [InlineData("""{"type":"ntk","factor":2.0}""", "type is \"ntk\"")]
    [InlineData("""{"type":"linear","rope_type":"yarn","factor":2.0}""", "type is \"linear\"; rope_type is \"yarn\"")]
    [InlineData("""{"rope_type":"default","mrope_section":[16,24,24]}""", "mrope_section is [16,24,24]")]
    [InlineData("""{"rope_type":"default","factor":2.0}""", "factor is 2.0")]
    [InlineData("""{"rope_type":"linear"}""", "factor is missing")]
    [InlineData("""{"rope_type":"linear","factor":0.5}""", "factor is 0.5")]
    [InlineData("""{"rope_type":"linear","factor":1e999}""", "factor is 1e999")]
    [InlineData("""{"rope_type":"linear","factor":"2"}""", "factor is \"2\"")]
    [InlineData("""{"rope_type":"linear","factor":2.0,"partial_rotary_factor":0.5}""", "partial_rotary_factor is 0.5")]
    [InlineData("""{"rope_type":"linear","factor":2.0,"rope_theta":7}""", "rope_theta is 10000")]
    [InlineData("""{"rope_type":"dynamic","factor":2.0,"original_max_position_embeddings":64}""", "original_max_position_embeddings is 64")]
    [InlineData("""{"rope_type":"dynamic","factor":2.0,"alpha":1000.0}""", "alpha is 1000.0")]
    [InlineData("""{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"original_max_position_embeddings":64}""", "high_freq_factor is missing")]
    [InlineData("""{"rope_type":"llama3","factor":8.0,"low_freq_factor":4.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}""", "high_freq_factor is 4.0")]
    [InlineData("""{"rope_type":"yarn","factor":4.0,"beta_fast":1.0,"beta_slow":2.0}""", "beta_fast is 1.0")]
    [InlineData("""{"rope_type":"yarn","factor":4.0,"attention_factor":-1.0}""", "attention_factor is -1.0")]
    [InlineData("""{"rope_type":"yarn","factor":4.0,"truncate":"no"}""", "truncate is \"no\"")]
    [InlineData("""{"rope_type":"yarn","factor":4.0,"finetuned":true}""", "finetuned is true")]
    [InlineData("\"linear\"", "is not an object")]
    [InlineData("{}", "rope_type is absent")]
    public void A_rotary_scaling_that_is_not_computed_is_refused(string scaling, string reason)
    {
        foreach (var family in Families)
        {
            var error = Refused(Config(family, "rope_scaling", scaling));
            Assert.Contains(reason, error, StringComparison.Ordinal);
            Assert.Contains("rope_", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rotary_fields_of_two_generations_must_agree()
    {
        var config = Config("llama", "rope_scaling", """{"rope_type":"linear","factor":2.0}""");
        config["rope_parameters"] = JsonNode.Parse("""{"rope_type":"linear","factor":3.0}""");
        Assert.Contains("rope_parameters says something else", Refused(config), StringComparison.Ordinal);

        config["rope_parameters"] = config["rope_scaling"]!.DeepClone();
        Assert.Equal(new LinearRopeScaling(2), Read(config).RopeScaling);

        config = Config("qwen2", "rope_parameters", """{"full_attention":{"rope_type":"default"},"sliding_attention":{"rope_type":"default"}}""");
        Assert.Contains("rope_parameters.rope_type is absent", Refused(config), StringComparison.Ordinal);

        // transformers 5 writes the base here, and no type is the default one.
        config = Config("qwen3", "rope_parameters", """{"rope_theta":1000000.0}""");
        config.Remove("rope_theta");
        Assert.Equal((1e6, null), (Read(config).RopeTheta, Read(config).RopeScaling));
    }

    [Theory]
    [InlineData("some_new_feature", "false")]
    [InlineData("some_new_feature", "null")]
    [InlineData("some_new_factor", "0.0")]
    [InlineData("some_new_list", "[]")]
    [InlineData("some_new_text", "\"\"")]
    [InlineData("_anything", "\"of the tool that wrote it\"")]
    [InlineData("hidden_act", "\"swish\"")]
    [InlineData("pretraining_tp", "1")]
    [InlineData("is_causal", "true")]
    [InlineData("auto_map", """{"AutoTokenizer":["tokenization_own.OwnTokenizer",null]}""")]
    [InlineData("attention_dropout", "0.1")]
    [InlineData("eos_token_id", "[1,2]")]
    [InlineData("dtype", "\"bfloat16\"")]
    [InlineData("partial_rotary_factor", "1.0")]
    [InlineData("head_dim", "null")]
    [InlineData("layer_types", "null")]
    public void What_changes_nothing_is_accepted_in_every_family(string field, string value)
    {
        foreach (var family in Families)
        {
            var config = Config(family);
            if (field is "head_dim" && family is "qwen3") config["head_dim"] = 128; // its class's default
            var expected = Read(config);
            config[field] = JsonNode.Parse(value);
            Assert.Equal(expected, Read(config));
        }
    }

    [Fact]
    public void Absent_fields_have_the_defaults_of_the_familys_class()
    {
        var mistral = Config("mistral");
        mistral.Remove("num_key_value_heads");
        mistral["num_attention_heads"] = 16;
        mistral["hidden_size"] = 32;
        mistral.Remove("max_position_embeddings");
        mistral.Remove("rope_theta");
        mistral.Remove("rms_norm_eps");
        mistral.Remove("sliding_window");
        var read = Read(mistral);
        Assert.Equal((8, 2, 131072, 10000.0, 1e-6), (read.KeyValueHeads, read.HeadDim, read.ContextLength, read.RopeTheta, read.RmsNormEpsilon));
        Assert.Equal(new AttentionWindow(4096, [0, 1]), read.Window);

        mistral["num_key_value_heads"] = null;
        mistral["sliding_window"] = null;
        Assert.Equal(16, Read(mistral).KeyValueHeads);
        Assert.Null(Read(mistral).Window);

        var qwen3 = Config("qwen3");
        qwen3.Remove("head_dim");
        Assert.Equal(128, Read(qwen3).HeadDim);
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Qwens_window_needs_its_switch_and_spares_the_first_layers(string family)
    {
        var config = Config(family);
        config["num_hidden_layers"] = 4;
        config["sliding_window"] = 8;
        config["max_window_layers"] = 1;
        Assert.Null(Read(config).Window);

        config["use_sliding_window"] = true;
        Assert.Equal(new AttentionWindow(8, [1, 2, 3]), Read(config).Window);

        config["layer_types"] = JsonNode.Parse("""["sliding_attention","full_attention","sliding_attention","full_attention"]""");
        Assert.Equal(new AttentionWindow(8, [0, 2]), Read(config).Window);
        Assert.Equal(Read(config), ModelConfig.Parse(Encoding.UTF8.GetBytes(Read(config).ToJson())));

        config["sliding_window"] = null;
        Assert.Contains("no sliding window", Refused(config), StringComparison.Ordinal);

        config.Remove("layer_types");
        Assert.Null(Read(config).Window);
    }

    [Fact]
    public void Biases_are_where_the_family_has_them()
    {
        Assert.Equal((false, false), Biases("llama", "false"));
        Assert.Equal((true, true), Biases("llama", "true"));
        Assert.Equal((true, false), Biases("qwen2", "null"));
        Assert.Equal((false, false), Biases("qwen3", "false"));
        Assert.Equal((true, true), Biases("qwen3", "true"));
        Assert.Equal((false, false), Biases("mistral", "false"));
        static (bool, bool) Biases(string family, string value) => Read(Config(family, "attention_bias", value)) is var config ? (config.AttentionBias, config.OutputBias) : default;
    }

    [Theory]
    [InlineData("""{"model_type":"llama","model_type":"llama"}""")]
    [InlineData("""{"model_type":"llama","rope_scaling":{"factor":1,"factor":2}}""")]
    [InlineData("""{"model_type":"llama","vocab_size":NaN}""")]
    [InlineData("""{"model_type":"llama","vocab_size":Infinity}""")]
    [InlineData("""{"model_type":"\ud800"}""")]
    [InlineData("""{"model_type":"llama",}""")]
    [InlineData("""{"model_type":"llama"} {}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_no_such_file_is_refused(string text) =>
        Assert.Contains("config.json", Assert.Throws<CheckpointException>(() => ModelConfig.Parse(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_and_bytes_that_are_no_text_are_refused()
    {
        Assert.Throws<CheckpointException>(() => ModelConfig.Parse(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000))));
        Assert.Throws<CheckpointException>(() => ModelConfig.Parse([.. "{\"model_type\":\""u8, 0xff, 0xfe, .. "\"}"u8]));
        Assert.Throws<CheckpointException>(() => ModelConfig.Parse([.. "{\""u8, 0xff, .. "\":1}"u8]));
    }

    [Fact]
    public void A_long_value_is_quoted_in_part()
    {
        var error = Refused(Config("llama", "new_feature", '"' + new string('x', 100_000) + '"'));
        Assert.InRange(error.Length, 100, 400);
    }

    [Fact]
    public void Any_field_of_any_wrong_kind_is_refused_or_harmless()
    {
        string[] values = ["null", "true", "-1", "1e308", "\"x\"", "[]", "[null]", "{}", """{"a":{"b":[1]}}"""];
        foreach (var family in Families)
        {
            foreach (var field in Config(family).Select(entry => entry.Key).Concat(["head_dim", "rope_scaling", "rope_parameters", "layer_types", "auto_map", "sliding_window"]).ToArray())
            {
                foreach (var value in values)
                {
                    try
                    {
                        Read(Config(family, field, value));
                    }
                    catch (CheckpointException e)
                    {
                        Assert.StartsWith("config.json", e.Message, StringComparison.Ordinal);
                    }
                }
            }
        }
    }

    private static void AssertRefused(string family, string field, string value)
    {
        var error = Refused(Config(family, field, value));
        Assert.Contains(field, error, StringComparison.Ordinal);
        Assert.Contains(value, error, StringComparison.Ordinal);
    }

    private static string Refused(JsonObject config) => Assert.Throws<CheckpointException>(() => Read(config)).Message;

    private static ModelConfig Read(JsonObject config) => ModelConfig.Parse(Encoding.UTF8.GetBytes(config.ToJsonString()));

    private static JsonObject Config(string family, string field, string value)
    {
        var config = Config(family);
        config[field] = JsonNode.Parse(value);
        return config;
    }

    private static JsonObject Config(string family)
    {
        var config = new JsonObject
        {
            ["model_type"] = family,
            ["vocab_size"] = 10,
            ["hidden_size"] = 16,
            ["intermediate_size"] = 16,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 2,
            ["num_key_value_heads"] = 1,
            ["max_position_embeddings"] = 256,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000,
            ["tie_word_embeddings"] = false,
        };
        if (family is "mistral") config["sliding_window"] = 8;
        return config;
    }
}
