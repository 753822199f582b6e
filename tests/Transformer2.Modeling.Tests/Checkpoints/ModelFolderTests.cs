using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Checkpoints;

public sealed class ModelFolderTests
{
    public static TheoryData<ModelFamily> Families => [.. Enum.GetValues<ModelFamily>()];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_saved_model_is_read_back_bit_for_bit_with_the_same_fingerprint(ModelFamily family)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(seed: 1, TinyModel.Config with
        {
            Family = family,
            AttentionBias = family is ModelFamily.Qwen2,
            Window = family is ModelFamily.Llama ? null : new AttentionWindow(4, family is ModelFamily.Mistral ? [0, 1] : [1]),
        });
        ModelFolder.Save(folder.Path, model);

        using var first = ModelFolder.Open(folder.Path);
        using var again = ModelFolder.Open(folder.Path);
        using var loaded = first.Load();

        Assert.Equal(model.Config, loaded.Config);
        Assert.Equal(first.Fingerprint, again.Fingerprint);
        Assert.All(model.Parameters.All, entry => Assert.True(entry.Value.equal(loaded.Parameters[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void Another_weight_or_what_changes_the_result_makes_another_base_model()
    {
        using var folder = new TemporaryFolder();
        string[] fingerprints =
        [
            Saved(1, TinyModel.Config),
            Saved(2, TinyModel.Config),
            Saved(1, TinyModel.Config with { RmsNormEpsilon = 1e-5 }),
            Saved(1, TinyModel.Config with { Family = ModelFamily.Mistral }),
            Saved(1, TinyModel.Config with { Family = ModelFamily.Mistral, Window = new AttentionWindow(4, [0, 1]) }),
            Saved(1, TinyModel.Config with { RopeScaling = new LinearRopeScaling(2) }),
            Saved(1, TinyModel.Config with { RopeScaling = new DynamicRopeScaling(2) }),
            Saved(1, TinyModel.Config with { RopeScaling = new YarnRopeScaling(2, 64, 1) }),
            Saved(1, TinyModel.Config with { RopeScaling = new YarnRopeScaling(2, 64, 1, Truncate: false) }),
        ];
        Assert.Equal(fingerprints.Length, fingerprints.Distinct().Count());

        string Saved(ulong seed, ModelConfig config)
        {
            using var model = TinyModel.Create(seed, config);
            var path = folder.File($"{Guid.NewGuid()}");
            ModelFolder.Save(path, model);
            using var opened = ModelFolder.Open(path);
            return opened.Fingerprint;
        }
    }

    [Fact]
    public void Missing_surplus_and_misshapen_weights_are_all_listed()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(seed: 1);
        ModelFolder.Save(folder.Path, model);
        SafetensorsWriter.Write(
            folder.File("model.safetensors"),
            model.Parameters.All
                .Where(entry => entry.Key != "model.norm.weight")
                .Select(entry => entry.Key == "lm_head.weight" ? TensorData.Of(entry.Key, new float[6], 2, 3) : entry.Value.ToTensorData(entry.Key))
                .Append(TensorData.Of("surplus", new float[1])));
        using var opened = ModelFolder.Open(folder.Path);

        var error = Assert.Throws<CheckpointException>(() => opened.Load());

        Assert.Contains("model.norm.weight is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("lm_head.weight has shape [2, 3], not [50, 32]", error.Message, StringComparison.Ordinal);
        Assert.Contains("surplus is not part of this model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "model_type")]
    [InlineData("{\"model_type\":\"gpt2\"}", "gpt2")]
    [InlineData("not json", "not valid")]
    [InlineData("{\"model_type\":\"llama\",\"num_attention_heads\":3,\"hidden_size\":8,\"num_hidden_layers\":1}", "does not divide")]
    [InlineData("{\"model_type\":\"llama\",\"num_attention_heads\":-1,\"hidden_size\":8}", "num_attention_heads is -1")]
    [InlineData("{\"model_type\":\"llama\",\"num_attention_heads\":1,\"hidden_size\":2000000000}", "at most")]
    [InlineData("""{"model_type":"llama","num_attention_heads":1,"hidden_size":8,"vocab_size":9,"intermediate_size":8,"num_hidden_layers":2000000000}""", "at most")]
    public void A_config_that_cannot_be_used_says_why(string config, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), config);
        var error = Assert.Throws<CheckpointException>(() => ModelFolder.Open(folder.Path));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../elsewhere.safetensors", "not the name of a file in the same folder")]
    [InlineData("", "not the name of a file in the same folder")]
    [InlineData("..", "")]
    [InlineData("folder", "")]
    public void An_index_names_files_in_its_folder(string name, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), TinyModel.Config.ToJson());
        File.WriteAllText(folder.File("model.safetensors.index.json"), $$$"""{"weight_map":{"a":"{{{name}}}"}}""");
        Directory.CreateDirectory(folder.File("folder"));
        var error = Assert.Throws<CheckpointException>(() => ModelFolder.Open(folder.Path));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_no_floats_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.Create(seed: 1);
        ModelFolder.Save(folder.Path, model);
        SafetensorsWriter.Write(
            folder.File("model.safetensors"),
            model.Parameters.All.Select(entry => entry.Key == "model.norm.weight" ? TensorData.Of(entry.Key, new long[32]) : entry.Value.ToTensorData(entry.Key)));
        using var opened = ModelFolder.Open(folder.Path);
        Assert.Contains("model.norm.weight is of type I64", Assert.Throws<CheckpointException>(() => opened.Load()).Message, StringComparison.Ordinal);
    }
}
