using System.Text.Json.Nodes;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;

namespace Transformer2.Modeling.Tests.Checkpoints;

/// <summary>A checkpoint in several files: every entry of its index is held against the files.</summary>
public sealed class ShardIndexTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    private readonly TemporaryFolder _folder = new();
    private readonly Decoder _model = TinyModel.Create(seed: 1);
    private readonly string _whole;

    public ShardIndexTests()
    {
        using (var single = new TemporaryFolder())
        {
            ModelFolder.Save(single.Path, _model);
            using var opened = ModelFolder.Open(single.Path);
            _whole = opened.Fingerprint;
        }

        File.WriteAllText(_folder.File("config.json"), _model.Config.ToJson());
        WriteShards(name => name.Contains("layers.0.", StringComparison.Ordinal) ? First : Second);
    }

    [Fact]
    public void Sharding_does_not_change_the_model()
    {
        using var folder = ModelFolder.Open(_folder.Path);
        Assert.Equal(_whole, folder.Fingerprint);
        Assert.Equal([First, Second], folder.Files.Select(file => file.Key));
        using var loaded = folder.Load();
        Assert.All(_model.Parameters.All, entry => Assert.True(entry.Value.equal(loaded.Parameters[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        File.Delete(_folder.File(Second));
        Assert.Contains($"the shard {Second} is missing", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_shard_is_named()
    {
        using (var stream = File.OpenWrite(_folder.File(Second))) stream.SetLength(stream.Length - 1);
        Assert.Contains($"{Second}: ", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_is_in_another_shard_than_the_index_says_is_listed()
    {
        Change(map => map["model.norm.weight"] = First);
        var error = Refused();
        Assert.Contains($"model.norm.weight is not in {First}, where the index has it", error, StringComparison.Ordinal);
        Assert.Contains($"model.norm.weight is in {Second} too, while the index has it in {First}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_no_shard_has_is_listed()
    {
        Change(map => map["more"] = First);
        Assert.Contains($"more is not in {First}", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_the_index_does_not_name_is_listed()
    {
        Change(map => map.Remove("model.norm.weight"));
        Assert.Contains($"model.norm.weight of {Second} is not in the index", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_listed()
    {
        Write(First, [.. TensorsOf(name => name.Contains("layers.0.", StringComparison.Ordinal)), TensorData.Of("model.norm.weight", new float[32])]);
        Assert.Contains($"model.norm.weight is in {First} too, while the index has it in {Second}", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"total_size":12}""")]
    [InlineData("""{"total_size":"many"}""")]
    [InlineData("7")]
    [InlineData("null")]
    public void A_wrong_total_does_not_matter(string metadata)
    {
        var index = JsonNode.Parse(File.ReadAllText(_folder.File(Index)))!.AsObject();
        index["metadata"] = JsonNode.Parse(metadata);
        File.WriteAllText(_folder.File(Index), index.ToJsonString());

        using var folder = ModelFolder.Open(_folder.Path);

        Assert.Equal(_model.Parameters.All.Count(), folder.Tensors.Count());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"weight_map\":{}}")]
    [InlineData("{\"weight_map\":[]}")]
    [InlineData("{\"weight_map\":{\"a\":1}}")]
    [InlineData("{\"weight_map\":{\"a\":\"x\",\"a\":\"x\"}}")]
    [InlineData("{\"weight_map\":{\"a\":\"x\"},\"weight_map\":{\"a\":\"x\"}}")]
    [InlineData("{\"weight_map\":{\"a\":\"x\"}} trailing")]
    [InlineData("{\"weight_map\":{\"\\ud800\":\"x\"}}")]
    [InlineData("{\"weight_map\":{\"a\":")]
    [InlineData("")]
    public void An_index_of_another_form_is_refused(string json)
    {
        File.WriteAllText(_folder.File(Index), json);
        Assert.Contains(Index, Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("a/b.safetensors")]
    [InlineData("/etc/hostname")]
    [InlineData("a\\b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_shard_is_a_file_of_the_folder(string name)
    {
        Change(map => map["model.norm.weight"] = name);
        Assert.Contains("is not the name of a file in the same folder", Refused(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private string Refused() => Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Path)).Message;

    private void WriteShards(Func<string, string> shardOf)
    {
        foreach (var shard in _model.Parameters.All.Select(entry => shardOf(entry.Key)).Distinct().ToArray())
            Write(shard, TensorsOf(name => shardOf(name) == shard));
        var map = new JsonObject(_model.Parameters.All.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)shardOf(entry.Key))));
        File.WriteAllText(_folder.File(Index), new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_size"] = _model.Parameters.Count * sizeof(float) },
            ["weight_map"] = map,
        }.ToJsonString());
    }

    private IEnumerable<TensorData> TensorsOf(Func<string, bool> include) =>
        _model.Parameters.All.Where(entry => include(entry.Key)).Select(entry => entry.Value.ToTensorData(entry.Key));

    private void Write(string shard, IEnumerable<TensorData> tensors) => SafetensorsWriter.Write(_folder.File(shard), tensors);

    private void Change(Action<JsonObject> change)
    {
        var index = JsonNode.Parse(File.ReadAllText(_folder.File(Index)))!.AsObject();
        change(index["weight_map"]!.AsObject());
        File.WriteAllText(_folder.File(Index), index.ToJsonString());
    }
}
