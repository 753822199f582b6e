namespace Transformer2.Experts.Tests.ExpertFiles;

public sealed class ExpertFileTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("expert.safetensors");
        ExpertFile.Write(path, SampleFile.Vector, SampleFile.Metadata);
        var bytes = File.ReadAllBytes(path);
        Assert.Equal(bytes, ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata));

        var read = ExpertFile.Read(bytes, SampleFile.Layout);
        Assert.Equal(SampleFile.Metadata, read.Metadata);
        Assert.Equal(SampleFile.Vector.Digest, read.Vector.Digest);
        Assert.Equal([0.5f, 1, -1.5f], read.Vector.Multipliers["m.0.up.weight"].ToArray());
    }

    [Fact]
    public void The_file_is_plain_safetensors()
    {
        using var file = SafetensorsFile.Parse(ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata));
        Assert.Equal(["m.0.down.weight.z", "m.0.up.weight.z"], file.Tensors.Keys.Order());
        Assert.Equal("1", file.Metadata["t2.format"]);
        Assert.Equal(SampleFile.Layout.BaseModel, file.Metadata["t2.base_model"]);
        Assert.Equal("addition", file.Metadata["t2.task"]);
        Assert.Equal(9, file.Metadata.Count);
    }

    [Fact]
    public void An_inspection_needs_no_base_model()
    {
        var bytes = ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata);
        var inspection = ExpertFile.Inspect(bytes);
        Assert.Equal(SampleFile.Metadata, inspection.Metadata);
        Assert.Equal((bytes.Length, 5L), (inspection.FileBytes, inspection.ParameterCount));
        Assert.Equal(SampleFile.Vector.Digest, inspection.VectorDigest);
        Assert.Equal(Fingerprint.OfBytes(bytes), inspection.FileDigest);
        Assert.Equal(
            [new MatrixSummary("m.0.down.weight", 2, 0, 2, 1), new MatrixSummary("m.0.up.weight", 3, -1.5f, 1, 0)], inspection.Matrices);
        Assert.Equal("1", inspection.Entries["t2.format"]);
    }

    [Fact]
    public void An_inspection_refuses_what_is_no_expert()
    {
        Assert.Equal("EMPTY", Refused([]).Reason);
        Assert.Equal("SHAPE_MISMATCH", Refused(TensorData.Of("a", new float[4], 2, 2)).Reason);
        Assert.Equal("DTYPE", Refused(TensorData.Of("a", new long[4])).Reason);
        Assert.Equal("DUPLICATE_KEY", Refused(TensorData.Of("a", new float[] { 1 }), TensorData.Of("a.z", new float[] { 1 })).Reason);

        static ExpertFileException Refused(params TensorData[] tensors) =>
            Assert.Throws<ExpertFileException>(() => ExpertFile.Inspect(SampleFile.Of(tensors)));
    }
}
