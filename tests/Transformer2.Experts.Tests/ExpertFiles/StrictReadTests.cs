using System.Diagnostics;

namespace Transformer2.Experts.Tests.ExpertFiles;

/// <summary>What a server refuses, and why (upload cases U11 to U15 and U17).</summary>
public sealed class StrictReadTests
{
    private static readonly float[] Three = [1, 2, 3];

    [Fact]
    public void Tensors_must_be_multipliers_of_known_matrices()
    {
        Assert.Equal("EMPTY", Refused().Reason);
        Assert.Equal("DTYPE", Refused(TensorData.Of("m.0.up.weight.z", SafetensorsDType.BF16, [3], new byte[6])).Reason);
        Assert.Equal("DTYPE", Refused(TensorData.Of("m.0.up.weight.z", new long[] { 1, 2, 3 })).Reason);
        Assert.Equal("UNKNOWN_MATRIX", Refused(TensorData.Of("m.9.up.weight.z", Three)).Reason);
        Assert.Equal("UNKNOWN_MATRIX", Refused(TensorData.Of("m.0.up.weight", Three)).Reason);
        Assert.Equal("UNKNOWN_MATRIX", Refused(TensorData.Of("m.0.up.weight.z.z", Three)).Reason);
        Assert.Equal("SHAPE_MISMATCH", Refused(TensorData.Of("m.0.up.weight.z", new float[] { 1, 2 })).Reason);
        Assert.Equal("SHAPE_MISMATCH", Refused(TensorData.Of("m.0.up.weight.z", Three, 1, 3)).Reason);
        Assert.Equal("SHAPE_MISMATCH", Refused(TensorData.Of("m.0.up.weight.z", Three, 3, 1)).Reason);
        Assert.Equal("SHAPE", Refused(TensorData.Of("m.0.up.weight.z", Array.Empty<float>())).Reason);
        Assert.Equal("NAME", Refused(TensorData.Of("../m.0.up.weight.z", Three)).Reason);
    }

    [Fact]
    public void At_most_ten_misfits_are_listed()
    {
        var fault = Refused([.. Enumerable.Range(0, 30).Select(i => TensorData.Of($"x{i:00}.z", Three))]);
        Assert.Contains("x09.z, and 20 more", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("x10.z", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1000.01f)]
    [InlineData(-1e30f)]
    [InlineData(1e-40f)]
    [InlineData(-float.Epsilon)]
    public void A_value_out_of_range_is_named_by_tensor_and_index(float bad)
    {
        var bytes = SampleFile.Of(TensorData.Of("m.0.up.weight.z", new[] { 1, 0, bad }));
        var fault = Assert.Throws<ExpertFileException>(() => ExpertFile.Read(bytes, SampleFile.Layout));
        Assert.Equal(("VALUE_RANGE", bytes.Length - 4L), (fault.Reason, fault.Position));
        Assert.Contains("'m.0.up.weight.z'[2]", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bound_is_inclusive_and_an_option()
    {
        var bytes = SampleFile.Of(TensorData.Of("m.0.up.weight.z", new[] { 1000f, -1000f, 0 }));
        Assert.Equal(-1000f, ExpertFile.Read(bytes, SampleFile.Layout).Vector.Multipliers["m.0.up.weight"].Span[1]);
        var strict = new ExpertLimits { MaxMagnitude = 10 };
        Assert.Equal("VALUE_RANGE", Assert.Throws<ExpertFileException>(() => ExpertFile.Read(bytes, SampleFile.Layout, strict)).Reason);
        var small = new ExpertLimits { MaxFileBytes = bytes.Length - 1 };
        Assert.Equal("TOO_LARGE", Assert.Throws<ExpertFileException>(() => ExpertFile.Read(bytes, SampleFile.Layout, small)).Reason);
    }

    [Fact]
    public void Zeros_only_are_refused() => Assert.Equal("VALUE_RANGE", Refused(TensorData.Of("m.0.up.weight.z", new float[3])).Reason);

    [Fact]
    public void The_required_metadata_must_be_there()
    {
        foreach (var key in SampleFile.Entries().Keys)
        {
            var entries = SampleFile.Entries();
            entries.Remove(key);
            var fault = Refused(entries);
            Assert.Equal("METADATA_MISSING", fault.Reason);
            Assert.Contains(key, fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal("METADATA", Refused(SampleFile.Entries().With("t2.format", "2")).Reason);
    }

    [Fact]
    public void Another_base_model_or_decomposition_is_refused_with_both_fingerprints()
    {
        foreach (var (key, reason, expected) in new[]
        {
            ("t2.base_model", "BASE_MISMATCH", SampleFile.Layout.BaseModel),
            ("t2.decomposition", "DECOMPOSITION_MISMATCH", SampleFile.Layout.Decomposition),
        })
        {
            string[] others = [.. Enumerable.Range(7, 20).Select(i => expected[..i] + 'c' + expected[(i + 1)..]), "", expected + "0", expected.ToUpperInvariant()];
            foreach (var other in others)
            {
                var fault = Refused(SampleFile.Entries().With(key, other));
                Assert.Equal((reason, expected, other), (fault.Reason, fault.ExpectedFingerprint, fault.ActualFingerprint));
            }
        }
    }

    [Fact]
    public void Faults_of_the_container_keep_their_reason_and_position()
    {
        var bytes = ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata);
        var fault = Assert.Throws<ExpertFileException>(() => ExpertFile.Read((byte[])[.. bytes, 0], SampleFile.Layout));
        Assert.Equal(("TRAILING_BYTES", (long)bytes.Length), (fault.Reason, fault.Position));
        Assert.IsType<SafetensorsException>(fault.InnerException);
    }

    [Fact]
    public void A_flipped_bit_is_refused_or_changes_what_is_read()
    {
        var bytes = ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                var read = ExpertFile.Read(bytes, SampleFile.Layout);
                Assert.True(read.Vector.Digest != SampleFile.Vector.Digest || read.Metadata != SampleFile.Metadata || IsHarmless(bytes), $"bit {bit}");
            }
            catch (ExpertFileException fault)
            {
                Assert.NotEmpty(fault.Reason);
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        // A key of optional metadata that is no longer known is left alone; a space of the padding may become a tab.
        static bool IsHarmless(byte[] file)
        {
            using var parsed = SafetensorsFile.Parse(file);
            return parsed.Metadata.Count == 9;
        }
    }

    [Fact]
    public void Random_damage_never_escapes_as_another_exception()
    {
        var random = new Random(20260701);
        var whole = ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = whole.ToList();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveAt(at); break;
                    case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                    default: bytes[at] = (byte)"{}[]\",:0919\\ "[random.Next(13)]; break;
                }
            }

            if (Record.Exception(() => ExpertFile.Read(bytes.ToArray(), SampleFile.Layout)) is { } thrown)
            {
                Assert.IsType<ExpertFileException>(thrown);
            }
        }
    }

    [Fact]
    public void A_full_sized_expert_is_checked_in_milliseconds()
    {
        var ranks = Enumerable.Range(0, 96).ToDictionary(i => $"model.layers.{i}.mlp.up_proj.weight", _ => 4096);
        var layout = SampleFile.Layout with { Ranks = ranks };
        var vector = new ExpertVector(ranks.Select(entry => KeyValuePair.Create(entry.Key, Enumerable.Repeat(0.5f, entry.Value).ToArray())));
        var bytes = ExpertFile.ToBytes(vector, SampleFile.Metadata);
        Assert.Equal(vector.Digest, ExpertFile.Read(bytes, layout).Vector.Digest);
        var watch = Stopwatch.StartNew();
        ExpertFile.Read(bytes, layout);
        Assert.True(watch.ElapsedMilliseconds < 250, $"{watch.Elapsed}");
    }

    private static ExpertFileException Refused(params TensorData[] tensors) => Refused(SampleFile.Entries(), tensors);

    private static ExpertFileException Refused(Dictionary<string, string> entries) =>
        Refused(entries, TensorData.Of("m.0.up.weight.z", Three));

    private static ExpertFileException Refused(Dictionary<string, string> entries, params TensorData[] tensors) =>
        Assert.Throws<ExpertFileException>(() => ExpertFile.Read(SampleFile.Of(entries, tensors), SampleFile.Layout));
}
