using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

public class UploadReaderTests
{
    private static readonly TenantId Tenant = TenantId.Parse("demo");
    private static readonly TenantId Other = TenantId.Parse("other");
    private readonly FakeTimeProvider _time = new();
    private readonly UploadOptions _options = new();

    [Fact]
    public async Task A_client_that_stalls_is_cut_off()
    {
        var reader = new UploadReader(Options.Create(_options), _time);
        var stream = new ScriptedStream();
        var file = reader.ReadFile(stream, UploadMessages.Expert, new(), CancellationToken.None);

        _time.Advance(_options.IdleTimeout - TimeSpan.FromSeconds(1));
        Assert.False(file.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorReason.UploadTimeout, (await Assert.ThrowsAsync<PlatformException>(() => file)).Reason);
    }

    [Fact]
    public async Task A_client_that_sends_a_byte_now_and_then_is_cut_off_in_the_end()
    {
        var reader = new UploadReader(Options.Create(_options), _time);
        var stream = new ScriptedStream();
        var file = reader.ReadFile(stream, UploadMessages.Expert, new(), CancellationToken.None);

        for (var passed = TimeSpan.Zero; passed < _options.TotalTimeout; passed += TimeSpan.FromSeconds(20))
        {
            Assert.False(file.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(20));
            stream.Send(1);
        }

        Assert.Equal(ErrorReason.UploadTimeout, (await Assert.ThrowsAsync<PlatformException>(() => file)).Reason);
    }

    [Fact]
    public async Task Only_so_many_uploads_run_at_a_time()
    {
        _options.MaxConcurrent = 2;
        var reader = new UploadReader(Options.Create(_options), _time);
        var hold = new TaskCompletionSource<int>();
        var first = reader.Run(Tenant, () => hold.Task);
        var second = reader.Run<int>(Tenant, () => throw new InvalidDataException());
        await Assert.ThrowsAsync<InvalidDataException>(() => second);
        var third = reader.Run(Tenant, () => hold.Task);

        await Busy(reader, Other);
        hold.SetResult(1);
        await Task.WhenAll(first, third);

        Assert.Equal(2, await reader.Run(Other, () => Task.FromResult(2)));
    }

    [Fact]
    public async Task One_tenant_cannot_keep_all_others_out()
    {
        var reader = new UploadReader(Options.Create(_options), _time);
        var hold = new TaskCompletionSource<int>();
        var own = Enumerable.Range(0, _options.MaxConcurrentPerTenant).Select(_ => reader.Run(Tenant, () => hold.Task)).ToArray();

        await Busy(reader, Tenant);

        Assert.Equal(2, await reader.Run(Other, () => Task.FromResult(2)));
        hold.SetResult(1);
        await Task.WhenAll(own);
        Assert.Equal(3, await reader.Run(Tenant, () => Task.FromResult(3)));
    }

    private static async Task Busy(UploadReader reader, TenantId tenant) => Assert.Equal(
        ErrorReason.UploadsBusy,
        (await Assert.ThrowsAsync<PlatformException>(() => reader.Run(tenant, () => Task.FromResult(0)))).Reason);

    /// <summary>Gives a message when it is sent.</summary>
    private sealed class ScriptedStream : IAsyncStreamReader<UploadExpertRequest>
    {
        private TaskCompletionSource<bool> _next = new();

        public UploadExpertRequest Current { get; private set; } = new();

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            _next = new();
            return _next.Task;
        }

        // Continuations run inline, so that the reader waits again, or has ended, when this returns.
        public void Send(byte value)
        {
            Current = new() { Chunk = ByteString.CopyFrom(value) };
            _next.TrySetResult(true);
        }
    }
}
