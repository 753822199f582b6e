using System.Runtime.InteropServices;

namespace Transformer2.Experts.Tests.ExpertFiles;

public sealed class LenientReadTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public void Fingerprints_may_be_absent_but_not_differ()
    {
        var tensor = TensorData.Of("m.0.up.weight", new float[] { 1, 2, 3 });
        Assert.Equal([1f, 2, 3], Read(SampleFile.Of(Nothing, tensor)).Multipliers["m.0.up.weight"].ToArray());
        Assert.Equal("BASE_MISMATCH", Refused(SampleFile.Of(Nothing.With("t2.base_model", "sha256:other"), tensor)));
        Assert.Equal("DECOMPOSITION_MISMATCH", Refused(SampleFile.Of(Nothing.With("t2.decomposition", "sha256:other"), tensor)));
        Assert.Equal("METADATA", Refused(SampleFile.Of(Nothing.With("t2.format", "9"), tensor)));
    }

    [Fact]
    public void Halves_are_widened()
    {
        Half[] halves = [(Half)0.5f, (Half)2, (Half)(-1)];
        var bytes = SampleFile.Of(
            Nothing,
            TensorData.Of("m.0.up.weight.z", SafetensorsDType.F16, [3], MemoryMarshal.AsBytes(halves.AsSpan()).ToArray()),
            TensorData.Of("m.0.down.weight", SafetensorsDType.BF16, [2], new byte[] { 0x80, 0x3f, 0, 0xc0 }));
        var vector = Read(bytes);
        Assert.Equal([0.5f, 2, -1], vector.Multipliers["m.0.up.weight"].ToArray());
        Assert.Equal([1f, -2], vector.Multipliers["m.0.down.weight"].ToArray());
    }

    [Fact]
    public void Shapes_values_and_names_are_checked_all_the_same()
    {
        Assert.Equal("SHAPE_MISMATCH", Refused(SampleFile.Of(Nothing, TensorData.Of("m.0.up.weight", new float[] { 1 }))));
        Assert.Equal("UNKNOWN_MATRIX", Refused(SampleFile.Of(Nothing, TensorData.Of("lm_head.weight", new float[] { 1 }))));
        Assert.Equal("VALUE_RANGE", Refused(SampleFile.Of(Nothing, TensorData.Of("m.0.up.weight", new float[] { 1, 2, float.NaN }))));
        Assert.Equal("DTYPE", Refused(SampleFile.Of(Nothing, TensorData.Of("m.0.up.weight", new long[] { 1, 2, 3 }))));
        Assert.Equal("EMPTY", Refused(SampleFile.Of(Nothing)));
        Assert.Equal("DUPLICATE_KEY", Refused(SampleFile.Of(
            Nothing, TensorData.Of("m.0.down.weight", new float[] { 1, 2 }), TensorData.Of("m.0.down.weight.z", new float[] { 1, 2 }))));
    }

    [Theory]
    [InlineData("math")]
    [InlineData("code")]
    public void The_trained_experts_of_a_real_model_are_read_here_and_refused_by_the_server(string name)
    {
        var bytes = File.ReadAllBytes(SharedFiles.Path($"models/stories260K/experts/expert-{name}.safetensors"));
        string[] projections = ["gate_proj", "up_proj", "down_proj"];
        var ranks = Enumerable.Range(0, 5)
            .SelectMany(_ => projections, (layer, projection) => $"model.layers.{layer}.mlp.{projection}.weight")
            .ToDictionary(matrix => matrix, _ => 64);
        var layout = SampleFile.Layout with { Ranks = ranks };
        var vector = ExpertFile.ReadLenient(bytes, layout).Vector;
        Assert.Equal(ranks.Keys.Order(StringComparer.Ordinal), vector.Multipliers.Keys);
        Assert.Equal(15 * 64, vector.ParameterCount);
        Assert.False(vector.IsIdentity);
        Assert.Equal(vector.Digest, ExpertFile.Inspect(bytes).VectorDigest);
        Assert.Equal("METADATA_MISSING", Assert.Throws<ExpertFileException>(() => ExpertFile.Read(bytes, layout)).Reason);
    }

    private static ExpertVector Read(byte[] bytes) => ExpertFile.ReadLenient(bytes, SampleFile.Layout).Vector;

    private static string Refused(byte[] bytes) => Assert.Throws<ExpertFileException>(() => Read(bytes)).Reason;
}
