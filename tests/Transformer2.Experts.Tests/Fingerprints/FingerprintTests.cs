namespace Transformer2.Experts.Tests.Fingerprints;

public sealed class FingerprintTests
{
    [Fact]
    public void Plain_bytes_hash_as_every_tool_hashes_them() => Assert.Equal(
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Fingerprint.OfBytes("abc"u8));

    [Theory]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", true)]
    [InlineData("sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", false)]
    [InlineData("sha256:ba7816", false)]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void The_form_is_known(string? text, bool wellFormed) => Assert.Equal(wellFormed, Fingerprint.IsWellFormed(text));

    [Fact]
    public void Records_cannot_run_into_each_other()
    {
        using var one = new Fingerprint("test");
        using var other = new Fingerprint("test");
        Assert.NotEqual(one.Add("ab").Add("c").Finish(), other.Add("a").Add("bc").Finish());
    }

    [Fact]
    public void Sharding_and_metadata_do_not_change_a_base_model_but_every_other_thing_does()
    {
        var config = "config"u8.ToArray();
        TensorData[] tensors = [TensorData.Of("a", new float[] { 1, 2 }), TensorData.Of("b", new float[] { 3, 4 }, 1, 2)];
        var whole = BaseModelFingerprint.Compute(config, [File(tensors)]);
        Assert.True(Fingerprint.IsWellFormed(whole));
        Assert.Equal(whole, BaseModelFingerprint.Compute(config, [File([tensors[1]]), File([tensors[0]])]));
        Assert.Equal(whole, BaseModelFingerprint.Compute(config, [File(tensors, "some metadata")]));

        string[] others =
        [
            whole,
            BaseModelFingerprint.Compute("configs"u8, [File(tensors)]),
            BaseModelFingerprint.Compute(config, [File([tensors[0]])]),
            BaseModelFingerprint.Compute(config, [File([tensors[0], tensors[1] with { Name = "c" }])]),
            BaseModelFingerprint.Compute(config, [File([tensors[0], tensors[1] with { Shape = [2, 1] }])]),
            BaseModelFingerprint.Compute(config, [File([tensors[0], tensors[1] with { DType = SafetensorsDType.I32 }])]),
            BaseModelFingerprint.Compute(config, [File([tensors[0], TensorData.Of("b", new float[] { 3, -4 }, 1, 2)])]),
        ];
        Assert.Equal(others.Length, others.Distinct().Count());
        Assert.Throws<ArgumentException>(() => BaseModelFingerprint.Compute(config, [File(tensors), File([tensors[0]])]));
    }

    [Fact]
    public void A_decomposition_is_its_base_model_and_its_algorithm()
    {
        var one = DecompositionFingerprint.Compute("sha256:1", "svd/f64/v1");
        Assert.Equal(one, DecompositionFingerprint.Compute("sha256:1", "svd/f64/v1"));
        Assert.NotEqual(one, DecompositionFingerprint.Compute("sha256:2", "svd/f64/v1"));
        Assert.NotEqual(one, DecompositionFingerprint.Compute("sha256:1", "svd/f32/v1"));
    }

    private static SafetensorsFile File(IEnumerable<TensorData> tensors, string? note = null)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, note is null ? null : new Dictionary<string, string> { ["note"] = note });
        return SafetensorsFile.Parse(stream.ToArray());
    }
}
