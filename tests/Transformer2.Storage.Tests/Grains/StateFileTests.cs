using System.Text.Json;
using Transformer2.Experts;

namespace Transformer2.Storage.Tests.Grains;

/// <summary>The files themselves: their names, their form, and what damage does.</summary>
public sealed class StateFileTests : IDisposable
{
    private readonly StorageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_file_says_what_it_is()
    {
        var state = await _fixture.Write("hello", grain: StorageFixture.Grain("demo"));
        Assert.Equal([Path.Combine("t2.note", "demo@state.json")], _fixture.Files());
        using var json = JsonDocument.Parse(await ReadOnlyFile());
        Assert.Equal(1, json.RootElement.GetProperty("schema").GetInt32());
        Assert.Equal(state.ETag, json.RootElement.GetProperty("etag").GetString());
        Assert.Equal("t2.note/demo", json.RootElement.GetProperty("grain").GetString());
        Assert.Equal("hello", json.RootElement.GetProperty("state").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Any_grain_id_gets_a_safe_file_name_of_its_own()
    {
        string[] keys =
        [
            "a", "A", "ä", "a/b", "a\\b", "../../x", "..", ".", ".a", "a.", "a.b", "a b", "a%20b", "a@b", "a~b", "a\0b", "C:", "*?\"<>|",
            new('k', 500), new string('k', 499) + "l", new('/', 200), "😀",
        ];
        foreach (var key in keys)
        {
            await _fixture.Write(key, grain: StorageFixture.Grain(key));
        }

        Assert.Equal(keys.Length, _fixture.Files().Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(_fixture.Files(), file =>
        {
            Assert.Equal("t2.note", Path.GetDirectoryName(file));
            Assert.Matches(@"\A[a-z0-9._%@~-]{1,210}\.json\z", Path.GetFileName(file));
            Assert.NotEqual('.', Path.GetFileName(file)[0]);
        });
        foreach (var key in keys)
        {
            Assert.Equal(key, (await _fixture.Read(StorageFixture.Grain(key))).State.Text);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"schema\":1,\"etag\":\"x\",\"grain\":\"t2.note/a\",\"sta")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"schema\":2,\"etag\":\"x\",\"grain\":\"t2.note/a\",\"state\":{}}")]
    [InlineData("{\"schema\":1,\"etag\":\"x\",\"grain\":\"t2.note/b\",\"state\":{}}")]
    [InlineData("{\"schema\":1,\"grain\":\"t2.note/a\",\"state\":{}}")]
    public async Task A_damaged_or_foreign_file_is_an_error_not_an_empty_state(string content)
    {
        var state = await _fixture.Write("one");
        var path = Path.Combine(_fixture.Root, Assert.Single(_fixture.Files()));
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => _fixture.Read());
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => _fixture.Write("two", state.ETag));
        Assert.Equal(content, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Members_that_a_newer_version_added_are_left_alone()
    {
        await _fixture.Write("one");
        var path = Path.Combine(_fixture.Root, Assert.Single(_fixture.Files()));
        await File.WriteAllTextAsync(
            path,
            """{"schema":1,"etag":"x","grain":"t2.note/a","later":1,"state":{"text":"kept","later":{"a":[1]}}}""",
            TestContext.Current.CancellationToken);
        Assert.Equal("kept", (await _fixture.Read()).State.Text);
    }

    [Fact]
    public async Task Leftovers_of_a_crash_are_ignored_and_removed()
    {
        await _fixture.Write("one");
        var path = Path.Combine(_fixture.Root, Assert.Single(_fixture.Files()));
        var leftover = $"{path}.{Guid.NewGuid():n}{AtomicFile.TemporaryExtension}";
        await File.WriteAllTextAsync(leftover, "{\"schema\":1", TestContext.Current.CancellationToken);
        Assert.Equal("one", (await _fixture.Read()).State.Text);
        _fixture.Reopen();
        Assert.False(File.Exists(leftover));
        Assert.Equal("one", (await _fixture.Read()).State.Text);
    }

    [Fact]
    public void A_folder_serves_one_silo_at_a_time()
    {
        var fault = Assert.Throws<IOException>(() => _fixture.Open());
        Assert.Contains("another silo", fault.Message, StringComparison.Ordinal);
        _fixture.Reopen();
    }

    private Task<string> ReadOnlyFile() =>
        File.ReadAllTextAsync(Path.Combine(_fixture.Root, Assert.Single(_fixture.Files())), TestContext.Current.CancellationToken);
}
