namespace Transformer2.Experts.Tests.Safetensors;

/// <summary>Reading a mapped file piece by piece, and what becomes of a file that changes meanwhile.</summary>
public sealed class MappedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Pieces_are_the_tensor_in_order()
    {
        var values = new byte[(33 << 20) + 5];
        new Random(1).NextBytes(values);
        using var file = Written(values);
        var read = new byte[values.Length];
        long next = 0;
        file.ReadPieces("x", (offset, bytes) =>
        {
            Assert.Equal(next, offset);
            Assert.InRange(bytes.Length, 1, 4 << 20);
            bytes.CopyTo(read.AsSpan((int)offset));
            next += bytes.Length;
        });
        Assert.Equal(values, read);
        Assert.True(file.Bytes("x").SequenceEqual(values)); // pages that were let go of come back
    }

    [Fact]
    public void Memory_of_a_read_is_that_of_a_piece()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Mapped pages are counted in /proc.");
        }

        using var file = Written(new byte[160 << 20]);
        long most = 0, before = MappedBytesResident();
        file.ReadPieces("x", (_, bytes) =>
        {
            var sum = 0L;
            for (var i = 0; i < bytes.Length; i += 4096)
            {
                sum += bytes[i];
            }

            Assert.Equal(0, sum);
            most = Math.Max(most, MappedBytesResident() - before);
        });
        Assert.InRange(most, 2 << 20, 24 << 20);
    }

    [Fact]
    public void A_file_that_was_shortened_is_an_error_and_not_the_end_of_the_process()
    {
        using var file = Written(new byte[40 << 20]);
        using (var writer = new FileStream(_folder.File("f"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            writer.SetLength(1 << 20);
        }

        var error = Assert.Throws<IOException>(() => file.ReadPieces("x", (_, _) => Assert.Fail("nothing is read")));
        Assert.Contains("when it was opened", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_replaced_stays_what_it_was()
    {
        using var file = Written([1, 2, 3]);
        AtomicFile.Write(_folder.File("f"), new byte[] { 9 });
        file.ReadPieces("x", (_, bytes) => Assert.Equal(new byte[] { 1, 2, 3 }, bytes.ToArray()));
    }

    public void Dispose() => _folder.Dispose();

    private SafetensorsFile Written(byte[] values)
    {
        SafetensorsWriter.Write(_folder.File("f"), [TensorData.Of("x", SafetensorsDType.U8, [values.Length], values)]);
        return SafetensorsFile.Open(_folder.File("f"));
    }

    private static long MappedBytesResident() =>
        long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("RssFile:", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
}
