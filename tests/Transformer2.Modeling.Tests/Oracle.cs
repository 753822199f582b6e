using System.Text.Json;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests;

/// <summary>A tiny model with values computed by other implementations.</summary>
internal sealed class Oracle : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly List<SafetensorsFile> _files = [];
    private readonly string _modelPath;

    public Oracle(string name, string modelPath, ScalarType? dtype = ScalarType.Float32)
    {
        Name = name;
        _modelPath = modelPath;
        _folder = ModelFolder.Open(modelPath);
        Model = _folder.Load(dtype);
        Layout = Decomposition.LayoutOf(_folder);
    }

    public string Name { get; }

    public Decoder Model { get; }

    public ExpertLayout Layout { get; }

    /// <summary>The models of all families.</summary>
    public static TheoryData<string> Names => ["llama-tied", "llama-untied-rope3", "llama-bf16-sharded", "mistral-swa", "qwen2-tied", "qwen3"];

    public static Oracle Forward(string name, ScalarType? dtype = ScalarType.Float32) => new(name, SharedFiles.Path($"oracles/forward/{name}"), dtype);

    public static Oracle Stories() => new("stories260K", SharedFiles.Path("models/stories260K"));

    public Oracle Decomposed()
    {
        Decomposition.Attach(Model, _folder, cacheDirectory: null);
        return this;
    }

    public SafetensorsFile Expected(string file = "expected.safetensors") => Open(Path.Combine(_modelPath, file));

    public SafetensorsFile Svf(string file) => Open(SharedFiles.Path($"oracles/svf/{Name}/{file}.safetensors"));

    public JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_modelPath, file))).RootElement;

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
        Model.Dispose();
        _folder.Dispose();
    }

    /// <summary>Asserts |got - expected| at most atol + rtol * |expected| everywhere.</summary>
    public static void AssertClose(Tensor got, Tensor expected, double atol, double rtol)
    {
        Assert.Equal(expected.shape, got.shape);
        using var scope = NewDisposeScope();
        var excess = ((got.to_type(ScalarType.Float64) - expected).abs() - (rtol * expected.abs())).max().ToDouble();
        Assert.True(excess <= atol, $"Off by {excess}, allowed {atol}.");
    }

    private SafetensorsFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        return file;
    }
}
