using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class DisconnectTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_client_that_goes_away_frees_its_row()
    {
        // One row only, and an answer that would hold it for many minutes.
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), platform.Model, ("Engine__MaxSequences", "1"));
        using var tenant = await TestTenant.CreateAsync(server, "one");

        for (var round = 0; round < 3; round++)
        {
            using (var leaving = server.Client(tenant.Key))
            {
                var request = new GenerateRequest { Prompt = "for ever", MaxTokens = PlatformFixture.ContextLength };
                await foreach (var message in leaving.GenerateAsync(request, TestContext.Current.CancellationToken))
                {
                    if (message.Delta is not null)
                    {
                        break;
                    }
                }
            }

            var events = await tenant.EventsAsync(new GenerateRequest { Prompt = "next", MaxTokens = 4 });
            Assert.True(
                events[^1].Completed.Timings.Queued.ToTimeSpan() < TimeSpan.FromSeconds(2), $"Waited {events[^1].Completed.Timings.Queued}.");
        }
    }
}
