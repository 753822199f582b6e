using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Modeling.Tests.Svf;

/// <summary>What is kept of a decomposition on disk, and when it is used again.</summary>
public sealed class DecompositionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelFolder _model;

    public DecompositionTests()
    {
        using (var model = TinyModel.Create(seed: 1)) ModelFolder.Save(_folder.File("model"), model);
        _model = ModelFolder.Open(_folder.File("model"));
    }

    private string CacheFile => Directory.GetFiles(_folder.File("cache")).Single();

    [Fact]
    public void It_is_computed_once()
    {
        Assert.All(Attach(), step => Assert.False(step.FromCache));
        Assert.All(Attach(), step => Assert.True(step.FromCache));
    }

    [Fact]
    public void A_truncated_file_is_made_anew()
    {
        Attach();
        using (var stream = File.OpenWrite(CacheFile)) stream.SetLength(stream.Length / 2);
        Assert.All(Attach(), step => Assert.False(step.FromCache));
        Assert.All(Attach(), step => Assert.True(step.FromCache));
    }

    [Theory]
    [InlineData("another fingerprint", SafetensorsDType.F32)]
    [InlineData(null, SafetensorsDType.I32)]
    [InlineData(null, SafetensorsDType.U32)]
    public void A_file_that_is_something_else_is_made_anew(string? fingerprint, SafetensorsDType dtype)
    {
        Attach();
        using (var model = _model.Load())
        {
            fingerprint ??= Decomposition.LayoutOf(_model, model).Decomposition;
            using var file = SafetensorsFile.Open(CacheFile);
            var same = file.Tensors.Values.Select(tensor => TensorData.Of(tensor.Name, dtype, tensor.Shape, file.Bytes(tensor.Name).ToArray())).ToArray();
            SafetensorsWriter.Write(CacheFile, same, new Dictionary<string, string> { ["t2.decomposition"] = fingerprint });
        }

        Assert.All(Attach(), step => Assert.False(step.FromCache));
    }

    [Fact]
    public void A_model_and_its_decomposition_are_freed()
    {
        Attach(); // whatever is made once per process
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Attach();
        Attach();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private List<DecompositionProgress> Attach()
    {
        using var model = _model.Load();
        var steps = new List<DecompositionProgress>();
        Decomposition.Attach(model, Decomposition.LayoutOf(_model, model), _folder.File("cache"), new Collector(steps));
        Assert.Equal(model.Projections.Count, steps.Count);
        return steps;
    }

    private sealed class Collector(List<DecompositionProgress> steps) : IProgress<DecompositionProgress>
    {
        public void Report(DecompositionProgress value) => steps.Add(value);
    }
}
