using System.Collections.Immutable;
using Orleans.Storage;
using Transformer2.Abstractions;

namespace Transformer2.Storage.Tests.Grains;

/// <summary>What Orleans expects of every grain storage.</summary>
public sealed class FileGrainStorageTests : IDisposable
{
    private readonly StorageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_grain_without_a_record_has_a_new_state()
    {
        var state = await _fixture.Read();
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State.Text);
    }

    [Fact]
    public async Task What_is_written_is_read_also_after_reopening()
    {
        var note = new Note
        {
            Text = "tschüss \u0000 \ud83d\ude00",
            Version = long.MaxValue,
            Experts = ImmutableDictionary<ExpertId, ContentDigest>.Empty.Add(ExpertId.Parse("math"), ContentDigest.Of("x"u8)),
            Tenant = new TenantRecord(TenantId.Parse("demo"), "Demo", DateTimeOffset.UnixEpoch.AddTicks(1)),
        };
        var written = new NoteState { State = note };
        await _fixture.Storage.WriteStateAsync("state", StorageFixture.Grain(), written);
        Assert.True(written.RecordExists);

        _fixture.Reopen();
        var read = await _fixture.Read();
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal(note.Experts, read.State.Experts);
        Assert.Equal(note, read.State with { Experts = note.Experts });
    }

    [Fact]
    public async Task Every_write_changes_the_etag()
    {
        var first = await _fixture.Write("one");
        var second = await _fixture.Write("one", first.ETag);
        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_stale_etag_changes_nothing()
    {
        var first = await _fixture.Write("one");
        await _fixture.Write("two", first.ETag);
        var fault = await Assert.ThrowsAsync<InconsistentStateException>(() => _fixture.Write("three", first.ETag));
        Assert.Equal(first.ETag, fault.CurrentEtag);
        Assert.Equal("two", (await _fixture.Read()).State.Text);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Clear(first));
        Assert.Equal("two", (await _fixture.Read()).State.Text);
    }

    [Fact]
    public async Task Of_two_first_writes_one_wins()
    {
        await _fixture.Write("one");
        await Assert.ThrowsAsync<InconsistentStateException>(() => _fixture.Write("two"));
        Assert.Equal("one", (await _fixture.Read()).State.Text);
    }

    [Fact]
    public async Task Of_many_concurrent_first_writes_exactly_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
        {
            try
            {
                await _fixture.Write($"{i}");
                return $"{i}";
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));
        Assert.Equal((await _fixture.Read()).State.Text, Assert.Single(outcomes, outcome => outcome is not null));
    }

    [Fact]
    public async Task A_record_that_went_behind_the_grain_is_a_conflict()
    {
        var state = await _fixture.Write("one");
        File.Delete(Path.Combine(_fixture.Root, Assert.Single(_fixture.Files())));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _fixture.Write("two", state.ETag));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Clear(state));
    }

    [Fact]
    public async Task Clearing_removes_the_record_and_a_write_may_follow()
    {
        var state = await _fixture.Write("one");
        await Clear(state);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal("", state.State.Text);
        Assert.Empty(_fixture.Files());
        await Clear(state);

        state.State = new Note { Text = "again" };
        await _fixture.Storage.WriteStateAsync("state", StorageFixture.Grain(), state);
        Assert.Equal("again", (await _fixture.Read()).State.Text);
    }

    [Fact]
    public async Task A_large_state_is_kept()
    {
        var text = new string('x', 1 << 20);
        await _fixture.Write(text);
        _fixture.Reopen();
        Assert.Equal(text, (await _fixture.Read()).State.Text);
    }

    [Fact]
    public async Task States_of_different_grains_and_names_do_not_meet()
    {
        GrainId[] grains = [StorageFixture.Grain("a"), StorageFixture.Grain("b"), StorageFixture.Grain("a", "t2.other")];
        foreach (var grain in grains)
        {
            await _fixture.Write($"{grain} one", grain: grain, name: "one");
            await _fixture.Write($"{grain} two", grain: grain, name: "two");
        }

        foreach (var grain in grains)
        {
            Assert.Equal($"{grain} one", (await _fixture.Read(grain, "one")).State.Text);
            Assert.Equal($"{grain} two", (await _fixture.Read(grain, "two")).State.Text);
        }
    }

    private Task Clear(NoteState state) => _fixture.Storage.ClearStateAsync("state", StorageFixture.Grain(), state);
}
