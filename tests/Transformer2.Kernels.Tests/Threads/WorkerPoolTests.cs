using Transformer2.Kernels.Threads;

namespace Transformer2.Kernels.Tests.Threads;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_chunk_is_done_once_before_the_call_returns(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var job = 0; job < 3000; job++)
        {
            var chunks = job % 17;
            var done = new int[chunks];
            pool.Run(new Work((chunk, _) => Interlocked.Increment(ref done[chunk])), chunks);
            Assert.DoesNotContain(done, count => count != 1);
        }
    }

    [Fact]
    public void Workers_that_went_to_sleep_are_woken()
    {
        using var pool = new WorkerPool(2);
        for (var job = 0; job < 5; job++)
        {
            // Both threads must be there at once, else the chunks wait for each other until the time is up.
            using var meeting = new Barrier(2);
            pool.Run(new Work((_, _) => Assert.True(meeting.SignalAndWait(TimeSpan.FromSeconds(30)))), 2);
            using var never = new ManualResetEventSlim();
            never.Wait(20, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_thread_has_a_number_of_its_own()
    {
        using var pool = new WorkerPool(3);
        var busy = new int[3];
        for (var job = 0; job < 500; job++)
        {
            pool.Run(
                new Work((_, thread) =>
                {
                    Assert.Equal(1, Interlocked.Increment(ref busy[thread]));
                    Thread.SpinWait(20);
                    Interlocked.Decrement(ref busy[thread]);
                }),
                9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_chunk_throws_reaches_the_caller_and_the_pool_lives_on(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var round = 0; round < 20; round++)
        {
            var failure = Assert.Throws<InvalidDataException>(
                () => pool.Run(new Work((chunk, _) => throw new InvalidDataException($"chunk {chunk}")), 8));
            Assert.StartsWith("chunk", failure.Message, StringComparison.Ordinal);
            var done = 0;
            pool.Run(new Work((_, _) => Interlocked.Increment(ref done)), 8);
            Assert.Equal(8, done);
        }
    }

    [Fact]
    public void A_job_inside_a_job_is_refused()
    {
        using var pool = new WorkerPool(2);
        var inner = new Work((_, _) => { });
        Assert.Throws<InvalidOperationException>(() => pool.Run(new Work((_, _) => pool.Run(inner, 4)), 4));
    }

    [Fact]
    public void A_disposed_pool_takes_no_job()
    {
        var pool = new WorkerPool(2);
        pool.Run(new Work((_, _) => { }), 4);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(new Work((_, _) => { }), 4));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_job()
    {
        using var pool = new WorkerPool(2);
        var sum = 0;
        var work = new Work((chunk, _) => Interlocked.Add(ref sum, chunk));
        pool.Run(work, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var job = 0; job < 1000; job++)
        {
            pool.Run(work, 10);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001 * 45, sum);
    }

    private sealed class Work(Action<int, int> action) : IChunkedWork
    {
        public void Run(int chunk, int thread) => action(chunk, thread);
    }
}
