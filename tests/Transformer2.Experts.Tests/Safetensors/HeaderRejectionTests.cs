using System.Text;

namespace Transformer2.Experts.Tests.Safetensors;

/// <summary>Each malformed header is refused for its own reason (upload cases U1 to U11 and U15).</summary>
public sealed class HeaderRejectionTests
{
    private const string Good = """{"w.z":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Fact]
    public void The_header_that_the_others_vary_is_accepted()
    {
        using var file = SafetensorsFile.Parse(RawFile.Of(Good, 8), SafetensorsLimits.Expert);
        Assert.Equal(8 + Good.Length, file.Tensor("w.z").Offset);
    }

    [Theory]
    [InlineData("HEADER_FORMAT", """ {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("HEADER_FORMAT", "\ufeff{}")]
    [InlineData("HEADER_FORMAT", "[]")]
    [InlineData("HEADER_FORMAT", "{} x")]
    [InlineData("HEADER_FORMAT", "{}{}")]
    [InlineData("HEADER_FORMAT", "{}\0")]
    [InlineData("HEADER_FORMAT", "{")]
    [InlineData("HEADER_FORMAT", """{"w""")]
    [InlineData("HEADER_FORMAT", """{"w\""")]
    [InlineData("HEADER_FORMAT", """{"w":5}""")]
    [InlineData("HEADER_FORMAT", """{"w":null}""")]
    [InlineData("HEADER_FORMAT", """{'w':{}}""")]
    [InlineData("HEADER_FORMAT", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],}}""")]
    [InlineData("HEADER_FORMAT", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}/**/}""")]
    [InlineData("HEADER_FORMAT", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}""")]
    [InlineData("HEADER_FORMAT", """{"w":{"shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("HEADER_FORMAT", """{"w":{"dtype":"F32","data_offsets":[0,8]}}""")]
    [InlineData("HEADER_FORMAT", """{"w":{"dtype":"F32","shape":[2]}}""")]
    [InlineData("HEADER_UTF8", """{"w\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("HEADER_UTF8", """{"w":{"\ud800type":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("HEADER_UTF8", """{"w":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("HEADER_UTF8", """{"__metadata__":{"k":"\udc00"}}""")]
    [InlineData("HEADER_DEPTH", """{"w":[[[[1]]]]}""")]
    [InlineData("DUPLICATE_KEY", """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("DUPLICATE_KEY", """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0077":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("DUPLICATE_KEY", """{"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("DUPLICATE_KEY", """{"__metadata__":{"a":"1","a":"2"}}""")]
    [InlineData("DUPLICATE_KEY", """{"__metadata__":{},"__metadata__":{}}""")]
    [InlineData("METADATA", """{"__metadata__":null}""")]
    [InlineData("METADATA", """{"__metadata__":{"a":1}}""")]
    [InlineData("METADATA", """{"__metadata__":{"a":{"b":"c"}}}""")]
    [InlineData("DTYPE", """{"w":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("DTYPE", """{"w":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("DTYPE", """{"w":{"dtype":"17","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("DTYPE", """{"w":{"dtype":17,"shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[-0],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F64","shape":[9223372036854775807],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F4","shape":[15],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("SHAPE", """{"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""")]
    [InlineData("OFFSETS", """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,9007199254740993]}}""")]
    [InlineData("OFFSETS", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("OFFSETS", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("TRAILING_BYTES", """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("TRAILING_BYTES", "{}")]
    [InlineData("NAME", """{"../x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("NAME", """{"a/b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("NAME", """{"a\u0000":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("NAME", """{"a\u202eb":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("NAME", """{"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    public void A_malformed_header_is_refused(string reason, string json)
    {
        var fault = RawFile.Rejected(RawFile.Of(json, 8));
        Assert.Equal(reason, fault.Reason);
        Assert.InRange(fault.Position ?? -1, 0, 8 + Encoding.UTF8.GetByteCount(json) + 8);
        Assert.DoesNotContain(fault.Message, char.IsControl);
    }

    [Fact]
    public void A_tensor_without_a_name_of_its_own_or_with_a_very_long_one_is_refused()
    {
        var name = new string('a', 257);
        Assert.Equal("NAME", RawFile.Rejected(RawFile.Of(Good.Replace("w.z", name), 8)).Reason);
        using var file = SafetensorsFile.Parse(RawFile.Of(Good.Replace("w.z", name[1..]), 8), SafetensorsLimits.Expert);
        Assert.Single(file.Tensors);
    }

    [Theory]
    [InlineData(0xff)]
    [InlineData(0xc0)]
    [InlineData(0x80)]
    public void Invalid_utf8_is_refused_where_it_lies(byte bad)
    {
        var header = Encoding.UTF8.GetBytes(Good);
        header[3] = bad;
        var fault = RawFile.Rejected(RawFile.Of(header, 8));
        Assert.Equal(("HEADER_UTF8", 8L + 3), (fault.Reason, fault.Position));
    }

    [Fact]
    public void Metadata_has_caps()
    {
        Assert.Equal("METADATA", RawFile.Rejected(RawFile.Of(Metadata(65, 1))).Reason);
        Assert.Equal("METADATA", RawFile.Rejected(RawFile.Of(Metadata(4, 17_000))).Reason);
        using var file = SafetensorsFile.Parse(RawFile.Of(Metadata(64, 900)), SafetensorsLimits.Expert);
        Assert.Equal(64, file.Metadata.Count);

        static string Metadata(int entries, int length)
        {
            var value = new string('x', length);
            return "{\"__metadata__\":{" + string.Join(',', Enumerable.Range(0, entries).Select(i => $"\"{i}\":\"{value}\"")) + "}}";
        }
    }
}
