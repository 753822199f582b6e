using System.Text;

namespace Transformer2.Experts.Tests.Safetensors;

public sealed class SafetensorsWriterTests
{
    [Fact]
    public void Bytes_depend_on_the_content_only()
    {
        TensorData[] tensors =
        [
            TensorData.Of("b", new float[] { 1 }),
            TensorData.Of("a", new float[] { 2 }),
            TensorData.Of("h", SafetensorsDType.F16, [1], new byte[2]),
            TensorData.Of("i", new long[] { 3 }),
        ];
        var forwards = Written(tensors, new Dictionary<string, string> { ["x"] = "1", ["a"] = "π<" });
        var backwards = Written(tensors.Reverse(), new Dictionary<string, string> { ["a"] = "π<", ["x"] = "1" });
        Assert.Equal(forwards, backwards);
        Assert.Equal(0, BitConverter.ToInt64(forwards) % 8);

        using var file = SafetensorsFile.Parse(forwards);
        Assert.Equal(["i", "a", "b", "h"], file.Tensors.Values.OrderBy(tensor => tensor.Offset).Select(tensor => tensor.Name));
        Assert.Equal("π<", file.Metadata["a"]);
        Assert.Equal([2f], file.ReadSingles("a"));
    }

    [Fact]
    public void The_header_is_what_the_format_says()
    {
        var bytes = Written([TensorData.Of("w", new float[] { 1, 2 }, 1, 2)], null);
        Assert.Equal("""{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""", Encoding.UTF8.GetString(bytes, 8, bytes.Length - 16).TrimEnd(' '));
    }

    [Fact]
    public void A_tensor_gets_exactly_its_bytes()
    {
        Assert.Throws<InvalidOperationException>(() => Written([new("w", SafetensorsDType.F32, [2], s => s.Write(new byte[4]))], null));
        Assert.Throws<InvalidOperationException>(() => Written([new("w", SafetensorsDType.F32, [2], s => s.Write(new byte[12]))], null));
        Assert.Throws<ArgumentException>(() => Written([new("w", SafetensorsDType.F32, [-2], s => s.Write([]))], null));
        Assert.Throws<ArgumentException>(() => Written([TensorData.Of("w", new float[1]), TensorData.Of("w", new float[1])], null));
        Assert.Throws<ArgumentException>(() => Written([TensorData.Of("__metadata__", new float[1])], null));
    }

    [Fact]
    public void A_file_that_fails_half_way_leaves_the_old_one_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("w.safetensors");
        SafetensorsWriter.Write(path, [TensorData.Of("w", new float[] { 1 })]);
        var before = File.ReadAllBytes(path);
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(
            path, [TensorData.Of("a", new float[] { 2 }), new("b", SafetensorsDType.F32, [2], _ => { })]));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    private static byte[] Written(IEnumerable<TensorData> tensors, Dictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
