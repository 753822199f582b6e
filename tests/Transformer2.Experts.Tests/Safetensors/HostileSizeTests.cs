using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Transformer2.Experts.Tests.Safetensors;

/// <summary>What a hostile file may cost: next to nothing (upload cases U1, U2, U6, U7, U16, U27).</summary>
public sealed class HostileSizeTests
{
    private const long CheapBytes = 64 << 10;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void Too_few_bytes_are_refused(int length) => Assert.Equal("TOO_SHORT", RawFile.Rejected(new byte[length]).Reason);

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    [InlineData((1UL << 20) + 1)]
    [InlineData(20UL)]
    public void An_impossible_header_length_is_refused_before_memory_is_taken(ulong length)
    {
        var file = RawFile.WithLength(length, "{}"u8.ToArray());
        Assert.Equal("HEADER_LENGTH", RawFile.Rejected(file).Reason);
        Assert.InRange(Allocated(() => RawFile.Rejected(file)), 0, CheapBytes);
    }

    [Fact]
    public void A_header_of_brackets_is_refused_by_its_depth()
    {
        var file = RawFile.Of("{\"w\":" + new string('[', 1_000_000));
        Assert.Equal("HEADER_DEPTH", RawFile.Rejected(file).Reason);
        Assert.InRange(Allocated(() => RawFile.Rejected(file)), 0, CheapBytes);
    }

    [Fact]
    public void Brackets_inside_a_text_do_not_count()
    {
        using var file = SafetensorsFile.Parse(RawFile.Of("""{"__metadata__":{"a":"[[[[[[\"[[[[\\"}}"""), SafetensorsLimits.Expert);
        Assert.Equal("""[[[[[["[[[[\""", file.Metadata["a"]);
    }

    [Fact]
    public void Too_many_tensors_are_refused_with_little_memory()
    {
        var json = new StringBuilder("{");
        for (var i = 0; json.Length < (1 << 20) - 100; i++)
        {
            json.Append(CultureInfo.InvariantCulture, $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[{i},{i + 1}]}},");
        }

        json.Length--;
        var file = RawFile.Of(json.Append('}').ToString());
        Assert.Equal("TENSOR_COUNT", RawFile.Rejected(file).Reason);
        Assert.InRange(Allocated(() => RawFile.Rejected(file)), 0, 4 << 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(400)]
    public void A_checkpoint_never_costs_more_than_twice_its_size(int nameLength)
    {
        var json = new StringBuilder("{");
        for (var i = 0; json.Length < 16 << 20; i++)
        {
            json.Append(CultureInfo.InvariantCulture, $"\"{i.ToString("x", CultureInfo.InvariantCulture).PadLeft(nameLength, 'n')}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}},");
        }

        json.Length--;
        var file = RawFile.Of(json.Append('}').ToString());
        var allocated = Allocated(() => Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(file)));
        Assert.InRange(allocated, 0, 2L * file.Length);
    }

    [Theory]
    [InlineData("[0,1,1]", 0, 0)]
    [InlineData("[1]", 1, 0)]
    [InlineData("[]", 1, 0)]
    [InlineData("[1]", 1, 1)]
    [InlineData("[1,1,1]", 1, 20)]
    public void Thousands_of_tiny_tensors_cost_no_more_than_twice_the_file(string shape, int bytes, int nameLength)
    {
        var json = string.Join(',', Enumerable.Range(0, 4000).Select(i => FormattableString.Invariant(
            $"\"layers.{i.ToString(CultureInfo.InvariantCulture).PadLeft(nameLength, '0')}.weight.z\":{{\"dtype\":\"U8\",\"shape\":{shape},\"data_offsets\":[{i * bytes},{(i + 1) * bytes}]}}")));
        var file = RawFile.Of($"{{{json}}}", 4000 * bytes);
        SafetensorsFile.Parse(file).Dispose();

        SafetensorsFile? read = null;
        var allocated = Allocated(() => read = SafetensorsFile.Parse(file));

        Assert.Equal(4000, read!.Tensors.Count);
        Assert.InRange(allocated, 0, 2L * file.Length);
        read.Dispose();
    }

    [Theory]
    [InlineData("tensors of the shortest names and empty")]
    [InlineData("tensors of many extents, each another shape")]
    [InlineData("metadata of the shortest entries")]
    public void What_describes_most_in_the_fewest_bytes_is_refused_or_costs_little_more(string what)
    {
        var entries = Enumerable.Range(0, 4096).Select(i => what.Split(' ')[^1] switch
        {
            "empty" => $"\"{i:x}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
            "shape" => $"\"{i:x}\":{{\"dtype\":\"U8\",\"shape\":[{string.Join(',', Convert.ToString(i, 2).PadLeft(32, '0').ToCharArray())}],\"data_offsets\":[0,0]}}",
            _ => $"\"{i:x}\":\"x\"",
        });
        var json = $"{{{string.Join(',', entries)}}}";
        var file = RawFile.Of(what.StartsWith("metadata", StringComparison.Ordinal) ? $"{{\"__metadata__\":{json}}}" : json);
        Read();

        Assert.InRange(Allocated(Read), 0, (2L * file.Length) + (160 << 10));

        void Read()
        {
            try
            {
                SafetensorsFile.Parse(file).Dispose();
            }
            catch (SafetensorsException fault)
            {
                Assert.Contains(fault.Reason, (string[])["TENSOR_COUNT", "SHAPE", "METADATA"]);
            }
        }
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            Enumerable.Range(0, 20).Select(i => TensorData.Of($"layer.{i}.weight.z", Enumerable.Repeat(1f, 4 + i).ToArray())),
            new Dictionary<string, string> { ["purpose"] = "truncation" });
        var whole = stream.ToArray();
        var watch = Stopwatch.StartNew();
        for (var length = 0; length < whole.Length; length++)
        {
            RawFile.Rejected(whole[..length]);
        }

        using var file = SafetensorsFile.Parse(whole, SafetensorsLimits.Expert);
        Assert.Equal(20, file.Tensors.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{whole.Length} truncations took {watch.Elapsed}.");
    }

    [Theory]
    [InlineData("PK\u0003\u0004\u0014\0\0\0\b\b")]
    [InlineData("GGUF\u0003\0\0\0\0\0\0\0")]
    [InlineData("\u0080\u0002}q\0(X\u0001\0\0\0a")]
    [InlineData("\u0080\u0005\u0095\u0010\0\0\0\0\0\0\0}")]
    [InlineData("\u0093NUMPY\u0001\0v\0")]
    [InlineData("\u0089HDF\r\n\u001a\n")]
    [InlineData("\u001f\u008b\b\0\0\0\0\0\0\u0003")]
    [InlineData("\u007fELF\u0002\u0001\u0001\0\0")]
    public void Other_formats_are_named(string start)
    {
        var fault = RawFile.Rejected([.. Encoding.Latin1.GetBytes(start), .. new byte[600]]);
        Assert.Equal("UNSUPPORTED_FORMAT", fault.Reason);
    }

    [Fact]
    public void A_tar_archive_is_named()
    {
        var tar = new byte[1024];
        "expert.safetensors"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Equal("UNSUPPORTED_FORMAT", RawFile.Rejected(tar).Reason);
    }

    [Fact]
    public void A_true_header_length_that_looks_like_a_pickle_is_not_one()
    {
        var header = "{}".PadRight(0x0280);
        Assert.Equal(0x80, RawFile.Of(header)[0]);
        using var file = SafetensorsFile.Parse(RawFile.Of(header), SafetensorsLimits.Expert);
        Assert.Empty(file.Tensors);
        Assert.Equal("HEADER_LENGTH", RawFile.Rejected(RawFile.Of(header)[..100]).Reason);
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
