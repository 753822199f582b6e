using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Batching;

public sealed class WaitingQueueTests(EngineFixture fixture)
{
    private readonly ITokenizer _tokenizer = TokenizerFile.Load(fixture.ModelDirectory);

    [Fact]
    public void No_more_wait_than_may()
    {
        var queue = new WaitingQueue(capacity: 3);
        using var request = new Request([1], 1, _tokenizer);
        var refused = 0;
        Parallel.For(0, 50, _ =>
        {
            if (Record.Exception(() => queue.Add(request.Sequence)) is EngineException { Reason: EngineError.Overloaded }) Interlocked.Increment(ref refused);
        });
        Assert.Equal((3, 47), (queue.Count, refused));
        queue.Take();
        queue.Add(request.Sequence);
        Assert.Equal(3, queue.Count);
    }

    [Fact]
    public async Task Closing_wakes_the_reader_and_loses_no_request()
    {
        var token = TestContext.Current.CancellationToken;
        for (var round = 0; round < 50; round++)
        {
            var queue = new WaitingQueue(capacity: 1000);
            using var request = new Request([1], 1, _tokenizer);
            var taken = 0;
            var reader = Task.Run(() =>
            {
                while (queue.IsOpen(wait: true))
                {
                    if (queue.Take() is not null) taken++;
                }
            }, token);
            var added = 0;
            var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 100 && Record.Exception(() => queue.Add(request.Sequence)) is null; i++) Interlocked.Increment(ref added);
            }, token)).ToArray();
            if (round % 2 == 0) await writers[0];
            var rest = queue.Close();
            await Task.WhenAll([reader, .. writers]);
            Assert.Equal(added, taken + rest.Count);
            Assert.Equal(EngineError.Unavailable, Assert.Throws<EngineException>(() => queue.Add(request.Sequence)).Reason);
        }
    }
}
