namespace Transformer2.Experts.Tests.Files;

public sealed class AtomicFileTests
{
    [Fact]
    public void A_file_is_created_and_replaced()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        AtomicFile.Write(path, "one"u8.ToArray());
        AtomicFile.Write(path, "second"u8.ToArray());
        Assert.Equal("second", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        AtomicFile.Delete(path);
        AtomicFile.Delete(path);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_failed_write_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        AtomicFile.Write(path, "one"u8.ToArray());
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("disk full");
        }));
        Assert.Equal("one", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Errors_name_the_file_that_was_asked_for()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("folder"));
        var tooLong = new string('a', 250);

        string[] messages =
        [
            Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(folder.File("missing/a"), "one"u8.ToArray())).Message,
            Assert.ThrowsAny<IOException>(() => AtomicFile.Write(folder.File(tooLong), "one"u8.ToArray())).Message,
            Assert.ThrowsAny<Exception>(() => AtomicFile.Write(folder.File("folder"), "one"u8.ToArray())).Message,
        ];

        Assert.All(messages, message => Assert.DoesNotContain(AtomicFile.TemporaryExtension, message, StringComparison.Ordinal));
        Assert.Contains(folder.File("missing/a"), messages[0], StringComparison.Ordinal);
        Assert.Equal([folder.File("folder")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Readers_see_one_content_or_the_other_while_writers_race()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        AtomicFile.Write(path, new byte[10_000]);
        Parallel.For(0, 40, i =>
        {
            if (i % 4 == 0)
            {
                AtomicFile.Write(path, Enumerable.Repeat((byte)i, 10_000).ToArray());
            }

            var seen = File.ReadAllBytes(path);
            Assert.Equal(10_000, seen.Length);
            Assert.Single(seen.Distinct());
        });
    }
}
