using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Modeling.Tests.Svf;

public sealed class SpectrumTests
{
    private static readonly ProjectionMatrix Matrix = new("m", 0, SvfModules.Mlp, "up_proj", 5, 4);

    [Fact]
    public void Shares_are_of_squares_and_of_values()
    {
        var spectrum = new Spectrum(Matrix, [4f, 2f, 1f, 1f]); // squares 16 4 1 1
        Assert.Equal(16.0 / 22, spectrum.Energy(1), 1e-12);
        Assert.Equal(20.0 / 22, spectrum.Energy(2), 1e-12);
        Assert.Equal(0.5, spectrum.Nuclear(1), 1e-12);
        Assert.Equal(0.75, spectrum.Nuclear(2), 1e-12);
        Assert.Equal(1, spectrum.Energy(4), 1e-12);
        Assert.Equal(1, spectrum.Nuclear(4), 1e-12);
    }

    [Fact]
    public void Zeros_have_no_share_of_nothing() => Assert.Equal(1, new Spectrum(Matrix, [0f, 0f, 0f, 0f]).Energy(1));

    [Theory]
    [InlineData(1, new int[0], new[] { 1, 1, 1 })]
    [InlineData(4, new int[0], new[] { 1, 2, 4 })]
    [InlineData(192, new[] { 1, 2, 4, 8, 16, 32 }, new[] { 48, 96, 192 })]
    [InlineData(4096, new[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512 }, new[] { 1024, 2048, 4096 })]
    public void The_reports_ranks_are_powers_and_portions(int rank, int[] powers, int[] portions)
    {
        Assert.Equal(powers, Spectrum.Powers(rank));
        Assert.Equal(portions, Spectrum.Portions(rank));
    }

    [Fact]
    public void Values_from_the_cache_are_those_that_are_computed()
    {
        using var files = new TemporaryFolder();
        using (var model = TinyModel.Create(seed: 1)) ModelFolder.Save(files.File("model"), model);
        using var folder = ModelFolder.Open(files.File("model"));
        var matrices = ProjectionMatrix.Of(folder.Config);
        var steps = 0;
        var computed = Spectrum.Of(folder, matrices, files.File("cache"), new Collector<DecompositionProgress>(_ => steps++), TestContext.Current.CancellationToken);
        Assert.Equal(matrices.Count, steps);
        Decomposition.Prepare(folder, Decomposition.CacheOf(folder, files.File("cache")), matrices, cancellationToken: TestContext.Current.CancellationToken);
        var read = Spectrum.Of(folder, matrices, files.File("cache"), new Collector<DecompositionProgress>(_ => steps++), TestContext.Current.CancellationToken);
        Assert.Equal(matrices.Count, steps);
        Assert.All(computed.Zip(read), pair => Assert.All(pair.First.Sigma.Zip(pair.Second.Sigma), value => Assert.Equal(value.First, value.Second, 1e-5)));
    }
}
