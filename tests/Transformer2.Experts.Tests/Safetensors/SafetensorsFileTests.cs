namespace Transformer2.Experts.Tests.Safetensors;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void A_file_on_disk_and_in_memory_read_alike()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        SafetensorsWriter.Write(path, [TensorData.Of("m", new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3), TensorData.Of("ids", new long[] { 7, -8 })]);

        using var mapped = SafetensorsFile.Open(path);
        using var parsed = SafetensorsFile.Parse(File.ReadAllBytes(path));
        foreach (var file in new[] { mapped, parsed })
        {
            Assert.Equal([1, 2, 3, 4, 5, 6], file.ReadSingles("m"));
            Assert.Equal("[2, 3]", file.Tensor("m").ShapeText);
            Assert.Equal([7, -8], file.ReadInt64s("ids"));
            Assert.Equal(BitConverter.GetBytes(3f), file.Bytes("m", 8, 4).ToArray());
            Assert.Equal(new FileInfo(path).Length, file.Length);
        }
    }

    [Fact]
    public void What_is_not_there_or_of_another_type_is_an_error()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [TensorData.Of("m", new float[] { 1 }), TensorData.Of("ids", new long[] { 1 })]);
        using var file = SafetensorsFile.Parse(stream.ToArray());
        Assert.Equal("NAME", Assert.Throws<SafetensorsException>(() => file.ReadSingles("x")).Reason);
        Assert.Equal("DTYPE", Assert.Throws<SafetensorsException>(() => file.ReadSingles("ids")).Reason);
        Assert.Equal("DTYPE", Assert.Throws<SafetensorsException>(() => file.ReadInt64s("m")).Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("m", 2, 4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes("m", -1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadSingles("m", new float[2]));
    }

    [Fact]
    public void A_disposed_mapping_cannot_be_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        SafetensorsWriter.Write(path, [TensorData.Of("m", new float[] { 1 })]);
        var file = SafetensorsFile.Open(path);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.ReadSingles("m"));
    }

    [Fact]
    public void An_empty_or_foreign_file_on_disk_gets_the_ordinary_error_and_is_let_go()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("empty");
        File.WriteAllBytes(path, []);
        Assert.Equal("TOO_SHORT", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Reason);
        File.WriteAllBytes(path, "not a safetensors file"u8);
        Assert.Equal("HEADER_LENGTH", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path)).Reason);
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(folder.File("absent")));
    }

    [Fact]
    public void A_tensor_of_several_chunks_is_read_whole()
    {
        var bytes = new byte[(1 << 24) + 6];
        bytes[^1] = 0x40;
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [TensorData.Of("b", SafetensorsDType.BF16, [bytes.Length / 2], bytes)]);
        using var file = SafetensorsFile.Parse(stream.ToArray());
        var singles = file.ReadSingles("b");
        Assert.Equal(bytes.Length / 2, singles.Length);
        Assert.Equal(2f, singles[^1]);
        Assert.Equal(0f, singles[..^1].Max());
    }

    [Fact]
    public void The_length_of_the_header_can_be_asked_for_before_the_header_is_there()
    {
        var file = RawFile.Of("{}      ");
        Assert.Equal(8, SafetensorsHeader.ReadLength(file.AsSpan(0, 8), file.Length, SafetensorsLimits.Expert));
        Assert.Throws<ArgumentOutOfRangeException>(() => SafetensorsHeader.Parse(file.AsSpan(0, 8), file.Length, SafetensorsLimits.Expert));
    }
}
