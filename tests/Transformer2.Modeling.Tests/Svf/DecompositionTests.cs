using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Svf;

/// <summary>What is kept of a decomposition on disk, when it is used again, and how a run that was stopped goes on.</summary>
public sealed class DecompositionTests : IDisposable
{
    private const int Matrices = 14;

    private readonly TemporaryFolder _folder = new();
    private readonly ModelFolder _model;

    public DecompositionTests()
    {
        using (var model = TinyModel.Create(seed: 1)) ModelFolder.Save(_folder.File("model"), model);
        _model = ModelFolder.Open(_folder.File("model"));
    }

    private DecompositionCache Cache => Decomposition.CacheOf(_model, _folder.File("cache"));

    private IReadOnlyList<ProjectionMatrix> All => ProjectionMatrix.Of(_model.Config);

    [Fact]
    public void It_is_computed_once()
    {
        Assert.Equal(Matrices, Computed());
        Assert.Equal(0, Computed());
    }

    [Fact]
    public void A_choice_of_matrices_is_the_beginning_of_all()
    {
        Assert.Equal(6, Prepare(ProjectionMatrix.Of(_model.Config, SvfModules.Mlp)));
        Assert.Equal(4, Prepare(ProjectionMatrix.Of(_model.Config, SvfModules.Attention, new HashSet<int> { 1 })));
        Assert.Equal(0, Prepare(ProjectionMatrix.Of(_model.Config, SvfModules.All, new HashSet<int> { 1 })));
        Assert.Equal(4, Computed());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_run_that_was_stopped_goes_on_where_it_was(int parallelism)
    {
        using var cancellation = new CancellationTokenSource();
        var steps = new List<DecompositionProgress>();
        Assert.Throws<OperationCanceledException>(() => Decomposition.Prepare(_model, Cache, All, parallelism, new Collector<DecompositionProgress>(step =>
        {
            steps.Add(step);
            if (steps.Count == 3) cancellation.Cancel();
        }), cancellation.Token));

        var kept = All.Count(Cache.Has);
        Assert.InRange(kept, 3, 3 + (2 * parallelism));
        Assert.Equal(Matrices - kept, Computed());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_observer_that_throws_ends_the_run(int parallelism) =>
        Assert.Throws<InvalidDataException>(() => Decomposition.Prepare(
            _model,
            Cache,
            All,
            parallelism,
            new Collector<DecompositionProgress>(_ => throw new InvalidDataException()),
            TestContext.Current.CancellationToken));

    [Fact]
    public void What_a_killed_run_was_writing_is_removed()
    {
        Directory.CreateDirectory(Cache.Directory);
        File.WriteAllText(Path.Combine(Cache.Directory, "x.safetensors.123.tmp"), "half");
        Computed();
        Assert.Empty(Directory.GetFiles(Cache.Directory, "*.tmp"));
    }

    [Fact]
    public async Task Two_at_once_compute_every_matrix_once()
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            using var folder = ModelFolder.Open(_model.Directory);
            return Decomposition.Prepare(folder, Decomposition.CacheOf(folder, _folder.File("cache")), All, cancellationToken: TestContext.Current.CancellationToken);
        })));
        Assert.Equal([0, Matrices], counts.Order());
    }

    [Fact]
    public void A_failure_of_one_matrix_is_thrown_and_the_others_work_stays()
    {
        // Lengths are checked before a tensor is read: the file loses what lies behind its first matrices.
        using (var stream = new FileStream(Path.Combine(_model.Directory, "model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            _ = _model.Fingerprint;
            stream.SetLength(stream.Length / 2);
        }

        Assert.Throws<CheckpointException>(() => Prepare(All, parallelism: 2));
        Assert.Empty(Directory.Exists(Cache.Directory) ? Directory.GetFiles(Cache.Directory, "*.tmp") : []);
    }

    [Fact]
    public void Several_at_once_give_what_one_after_the_other_gives()
    {
        using var scope = NewDisposeScope();
        var other = Decomposition.CacheOf(_model, _folder.File("other"));
        Prepare(All, parallelism: 1);
        Prepare(All, parallelism: 4, other);
        foreach (var matrix in All)
        {
            using var one = Cache.TryRead(matrix, ScalarType.Float32, CPU)!;
            using var four = other.TryRead(matrix, ScalarType.Float32, CPU)!;
            Oracle.AssertClose(four.Sigma, one.Sigma, 1e-6, 1e-6);
            Oracle.AssertClose(four.Compose(ones(matrix.Rank)), _model.ReadWeight(matrix.Name), 1e-5, 1e-5);
        }
    }

    [Fact]
    public void The_factors_are_those_of_the_files_weights_whatever_the_model_computes_in()
    {
        using var scope = NewDisposeScope();
        using (var half = _model.Load(ScalarType.BFloat16))
        {
            Attach(half);
            Assert.All(half.Projections, projection => Assert.Equal(ScalarType.BFloat16, projection.Factors!.Sigma.dtype));
        }

        foreach (var matrix in All)
        {
            using var factors = Cache.TryRead(matrix, ScalarType.Float32, CPU)!;
            Oracle.AssertClose(factors.Compose(ones(matrix.Rank)), _model.ReadWeight(matrix.Name), 1e-5, 1e-5);
        }

        using var whole = _model.Load();
        var steps = Attach(whole);
        Assert.All(steps, step => Assert.True(step.FromCache));
        Assert.Equal(Enumerable.Range(1, Matrices), steps.Select(step => step.Done));
    }

    [Fact]
    public void A_truncated_file_is_made_anew()
    {
        Computed();
        var file = Directory.GetFiles(Cache.Directory, "*.safetensors")[0];
        using (var stream = File.OpenWrite(file)) stream.SetLength(stream.Length / 2);
        Assert.Equal(1, Computed());
        Assert.Equal(0, Computed());
    }

    [Theory]
    [InlineData("another fingerprint", SafetensorsDType.F32)]
    [InlineData(null, SafetensorsDType.I32)]
    [InlineData(null, SafetensorsDType.U32)]
    public void A_file_that_is_something_else_is_made_anew(string? fingerprint, SafetensorsDType dtype)
    {
        Computed();
        fingerprint ??= Decomposition.LayoutOf(_model).Decomposition;
        var path = Directory.GetFiles(Cache.Directory, "*.safetensors")[0];
        using (var file = SafetensorsFile.Open(path))
        {
            var same = file.Tensors.Values.Select(tensor => TensorData.Of(tensor.Name, dtype, tensor.Shape, file.Bytes(tensor.Name).ToArray())).ToArray();
            SafetensorsWriter.Write(path, same, new Dictionary<string, string> { ["t2.decomposition"] = fingerprint });
        }

        Assert.Equal(1, Computed());
    }

    [Fact]
    public void A_model_and_its_decomposition_are_freed()
    {
        AttachAndFree(); // whatever is made once per process
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        AttachAndFree();
        AttachAndFree();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void The_layout_names_the_matrices_of_the_model()
    {
        using var model = _model.Load();
        var layout = Decomposition.LayoutOf(_model);
        Assert.Equal(model.Projections.Select(projection => projection.Name), layout.Ranks.Keys);
        Assert.All(model.Projections, projection => Assert.Equal(projection.Weight.shape.Min(), layout.Ranks[projection.Name]));
        Assert.Equal(["down_proj", "gate_proj", "up_proj"], All.Where(matrix => matrix.Modules == SvfModules.Mlp).Select(matrix => matrix.Kind).Distinct().Order());
        Assert.Equal(["k_proj", "o_proj", "q_proj", "v_proj"], All.Where(matrix => matrix.Modules == SvfModules.Attention).Select(matrix => matrix.Kind).Distinct().Order());
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private int Computed() => Prepare(All);

    private int Prepare(IReadOnlyList<ProjectionMatrix> matrices, int? parallelism = null, DecompositionCache? cache = null) =>
        Decomposition.Prepare(_model, cache ?? Cache, matrices, parallelism, progress: null, TestContext.Current.CancellationToken);

    private List<DecompositionProgress> Attach(Modeling.Architectures.Decoder model)
    {
        var steps = new List<DecompositionProgress>();
        Decomposition.Attach(model, _model, _folder.File("cache"), new Collector<DecompositionProgress>(steps.Add));
        return steps;
    }

    private void AttachAndFree()
    {
        using var model = _model.Load();
        Attach(model);
    }
}
