using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;

namespace Transformer2.Modeling.Tests.Checkpoints;

/// <summary>What a model's identity hangs on: experts in the world carry it, so it must never change.</summary>
public sealed class FingerprintTests
{
    [Theory]
    [InlineData("math")]
    [InlineData("code")]
    public void The_bundled_experts_name_the_bundled_model(string expert)
    {
        using var model = ModelFolder.Open(SharedFiles.Path("../models/nano"));
        using var file = SafetensorsFile.Open(SharedFiles.Path($"../models/nano/experts/{expert}.safetensors"));
        Assert.Equal(file.Metadata["t2.base_model"], model.Fingerprint);
    }

    [Fact]
    public void A_llama_is_written_byte_for_byte_as_ever()
    {
        var config = TinyModel.Config with { RmsNormEpsilon = 1e-5, RopeTheta = 500000, RopeScaling = new Llama3RopeScaling(8, 1, 4, 8192) };
        Assert.Equal(
            """
            {
              "architectures": [
                "LlamaForCausalLM"
              ],
              "model_type": "llama",
              "vocab_size": 50,
              "hidden_size": 32,
              "intermediate_size": 48,
              "num_hidden_layers": 2,
              "num_attention_heads": 4,
              "num_key_value_heads": 2,
              "head_dim": 8,
              "max_position_embeddings": 64,
              "rms_norm_eps": 1E-05,
              "rope_theta": 500000,
              "rope_scaling": {
                "rope_type": "llama3",
                "factor": 8,
                "low_freq_factor": 1,
                "high_freq_factor": 4,
                "original_max_position_embeddings": 8192
              },
              "tie_word_embeddings": false,
              "attention_bias": false,
              "mlp_bias": false,
              "hidden_act": "silu",
              "torch_dtype": "float32"
            }
            """,
            config.ToJson());
    }
}
