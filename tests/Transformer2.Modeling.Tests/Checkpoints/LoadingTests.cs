using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Checkpoints;

/// <summary>From the mapped file into libtorch: number types, devices, progress, and files that change meanwhile.</summary>
public sealed class LoadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Decoder _model = TinyModel.Create(seed: 1);

    public LoadingTests() => ModelFolder.Save(_folder.Path, _model);

    public static TheoryData<string> DTypes => ["float32", "float16", "bfloat16"];

    [Theory]
    [MemberData(nameof(DTypes))]
    public void Weights_are_rounded_to_the_number_type_asked_for(string dtype)
    {
        using var scope = NewDisposeScope();
        var placement = Placement.Parse(dtype, "cpu");
        using var folder = ModelFolder.Open(_folder.Path);
        using var loaded = folder.Load(placement.DTypeFor(folder), placement.Device);
        Assert.All(_model.Parameters.All, entry =>
        {
            Assert.Equal(placement.DType, loaded.Parameters[entry.Key].dtype);
            Assert.True(entry.Value.to_type(placement.DType!.Value).equal(loaded.Parameters[entry.Key]).all().item<bool>());
        });
    }

    [Fact]
    public void On_meta_nothing_is_read_and_the_model_has_its_shapes()
    {
        using var scope = NewDisposeScope();
        using var folder = ModelFolder.Open(_folder.Path);
        // Nothing of the weights is there to be read any more.
        using (var stream = new FileStream(_folder.File("model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.SetLength(4096);
        using var loaded = folder.Load(ScalarType.BFloat16, META);
        Assert.All(_model.Parameters.All, entry =>
        {
            Assert.Equal(DeviceType.META, loaded.Parameters[entry.Key].device_type);
            Assert.Equal(entry.Value.shape, loaded.Parameters[entry.Key].shape);
        });
        Assert.Equal(ScalarType.BFloat16, loaded.DType);
    }

    [Fact]
    public void A_file_that_was_shortened_is_refused_and_nothing_is_left()
    {
        using var folder = ModelFolder.Open(_folder.Path);
        using (var stream = new FileStream(_folder.File("model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.SetLength(4096);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var error = Assert.Throws<CheckpointException>(() => folder.Load());
        Assert.Contains("when it was opened", error.Message, StringComparison.Ordinal);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Progress_counts_every_tensor_and_byte()
    {
        using var folder = ModelFolder.Open(_folder.Path);
        var steps = new List<WeightProgress>();
        using (folder.Load(null, null, new Collector<WeightProgress>(steps.Add), TestContext.Current.CancellationToken))
        {
        }

        var count = _model.Parameters.All.Count();
        Assert.Equal(Enumerable.Range(1, count), steps.Select(step => step.Tensors));
        Assert.Equal(new WeightProgress(count, count, _model.Parameters.Count * sizeof(float), _model.Parameters.Count * sizeof(float)), steps[^1]);
    }

    [Fact]
    public void A_load_that_is_cancelled_frees_what_it_had()
    {
        using var folder = ModelFolder.Open(_folder.Path);
        using var cancellation = new CancellationTokenSource();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<OperationCanceledException>(() => folder.Load(
            null,
            null,
            new Collector<WeightProgress>(step =>
            {
                if (step.Tensors == 5) cancellation.Cancel();
            }),
            cancellation.Token));
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("bfloat16", 0.05)]
    [InlineData("float16", 0.05)]
    public void Half_precision_computes_on_the_CPU(string dtype, double meanDifference)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var expected = SafetensorsFile.Open(SharedFiles.Path("oracles/forward/llama-bf16-sharded/expected.safetensors"));
        using var folder = ModelFolder.Open(SharedFiles.Path("oracles/forward/llama-bf16-sharded"));
        Assert.Equal(ScalarType.BFloat16, folder.StoredDType);
        using var model = folder.Load(Placement.Parse(dtype, null).DTypeFor(folder));
        var logits = model.Logits(model.Forward(expected.ReadTensor("input_ids")));
        Assert.Equal(model.DType, logits.dtype);
        var reference = expected.ReadTensor(dtype == "bfloat16" ? "logits_bf16_compute" : "logits");
        var difference = (logits.to_type(ScalarType.Float32) - reference).abs().mean().ToDouble();
        Assert.InRange(difference, 1e-6, meanDifference); // not nothing: it did not compute in float32
    }

    [Fact]
    public void Auto_is_float32_on_the_CPU_and_the_checkpoints_own_elsewhere()
    {
        using var folder = ModelFolder.Open(SharedFiles.Path("oracles/forward/llama-bf16-sharded"));
        Assert.Equal(ScalarType.Float32, Placement.Parse("auto", "cpu").DTypeFor(folder));
        Assert.Equal(ScalarType.Float32, Placement.Default.DTypeFor(folder));
        Assert.Equal(ScalarType.BFloat16, new Placement(null, META).DTypeFor(folder));
        Assert.Equal(ScalarType.Float16, new Placement(ScalarType.Float16, META).DTypeFor(folder));
    }

    [Theory]
    [InlineData("float64", "cpu", "float64")]
    [InlineData("", "cpu", "number type ''")]
    [InlineData("auto", "gpu", "'gpu'")]
    [InlineData("auto", "cuda:", "'cuda:'")]
    [InlineData("auto", "cuda:-1", "'cuda:-1'")]
    [InlineData("auto", "cuda:999", "'cuda:999'")]
    [InlineData("auto", "meta", "'meta'")]
    [InlineData("auto", "cuda:200", "cuda")]
    public void A_type_or_device_that_is_not_here_is_refused(string dtype, string device, string named) =>
        Assert.Contains(named, Assert.Throws<PlacementException>(() => Placement.Parse(dtype, device)).Message, StringComparison.OrdinalIgnoreCase);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }
}
