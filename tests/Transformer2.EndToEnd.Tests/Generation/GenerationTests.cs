using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class GenerationTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_a_selection_then_text_then_an_end_with_its_figures()
    {
        using var tenant = await platform.NewTenantAsync();
        var expert = await tenant.UploadAsync("one", 1);

        var events = await tenant.EventsAsync(new GenerateRequest
        {
            Messages = new ChatMessages { Messages = { new ChatMessage { Role = "user", Content = "hello" } } },
            Selection = Select.Expert("one"),
            MaxTokens = 12,
            RequestId = "my-request",
        });

        var selected = Assert.Single(events[0].Dispatched.Experts);
        Assert.Equal(("expert", "my-request"), (events[0].Dispatched.Strategy, events[0].Dispatched.RequestId));
        Assert.Equal((expert.Name, expert.Digest, 1.0), (selected.Name, selected.Digest, selected.Weight));
        Assert.All(events[1..^1], message => Assert.NotNull(message.Delta));
        var completed = events[^1].Completed;
        Assert.Equal(FinishReason.Length, completed.FinishReason);
        Assert.Equal(12, completed.Usage.CompletionTokens);
        Assert.Equal(12, events.Sum(message => message.Delta?.TokenIds.Count ?? 0));
        Assert.True(completed.Usage.PromptTokens > "hello".Length);
        Assert.True(completed.Timings.FirstToken.ToTimeSpan() <= completed.Timings.Total.ToTimeSpan());
    }

    [Fact]
    public async Task Text_arrives_while_the_rest_is_being_generated()
    {
        using var tenant = await platform.NewTenantAsync();

        var deltas = 0;
        await foreach (var message in tenant.Client.GenerateAsync(new GenerateRequest { Prompt = "a", MaxTokens = 64 }, Token))
        {
            deltas += message.Delta is null ? 0 : 1;
        }

        Assert.True(deltas > 8, $"{deltas} messages for 64 tokens.");
    }

    [Fact]
    public async Task Experts_answer_differently_and_each_the_same_every_time()
    {
        using var tenant = await platform.NewTenantAsync();
        await tenant.UploadAsync("one", 1);
        await tenant.UploadAsync("two", 2);

        var unadapted = await tenant.AnswerAsync("the same prompt");
        var one = await tenant.AnswerAsync("the same prompt", Select.Expert("one"));
        var two = await tenant.AnswerAsync("the same prompt", Select.Expert("two"));

        Assert.NotEqual(unadapted, one);
        Assert.NotEqual(one, two);
        Assert.Equal(unadapted, await tenant.AnswerAsync("the same prompt", Select.Base));
        Assert.Equal(one, await tenant.AnswerAsync("the same prompt", Select.Expert($"tenants/{tenant.Id}/experts/one")));
        Assert.Equal(one, await tenant.AnswerAsync("the same prompt", Select.Mixture(("one", 1))));
        Assert.Equal(one, await tenant.AnswerAsync("the same prompt", Select.Mixture(("one", 1), ("two", 0))));
        Assert.NotEqual(one, await tenant.AnswerAsync("the same prompt", Select.Mixture(("one", 0.5), ("two", 0.5))));
    }

    [Fact]
    public async Task Eight_clients_with_different_experts_get_at_once_what_each_gets_alone()
    {
        const int clients = 8, tokens = 48;
        using var tenant = await platform.NewTenantAsync();
        var alone = new int[clients][];
        for (var i = 0; i < clients; i++)
        {
            await tenant.UploadAsync($"expert-{i}", i);
            alone[i] = await tenant.AnswerAsync($"prompt {new string('x', i)}", Select.Expert($"expert-{i}"), tokens);
        }

        Assert.Equal(clients, alone.Select(answer => string.Join(',', answer)).Distinct().Count());

        for (var round = 0; round < 3; round++)
        {
            var together = await Task.WhenAll(Enumerable.Range(0, clients).Select(async i =>
            {
                using var client = platform.Server.Client(tenant.Key);
                var request = new GenerateRequest
                {
                    Prompt = $"prompt {new string('x', i)}",
                    Selection = Select.Expert($"expert-{i}"),
                    MaxTokens = tokens,
                };
                return (await client.GenerateAsync(request, Token).ToListAsync(Token))
                    .SelectMany(message => message.Delta?.TokenIds ?? []).ToArray();
            }));
            Assert.Equal(alone, together);
        }
    }

    [Fact]
    public async Task A_seed_repeats_a_draw()
    {
        using var tenant = await platform.NewTenantAsync();
        var request = new GenerateRequest { Prompt = "draw", MaxTokens = 24, Temperature = 1.5, TopP = 0.95, TopK = 100, Seed = 7 };

        var first = await TokensAsync(tenant, request);
        var second = await TokensAsync(tenant, request);
        var other = await TokensAsync(tenant, new GenerateRequest(request) { Seed = 8 });

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer_and_is_not_part_of_it()
    {
        using var tenant = await platform.NewTenantAsync();
        var text = await TextAsync(tenant, new GenerateRequest { Prompt = "stop", MaxTokens = 64 });
        var stop = text.First(letter => char.IsAscii(letter) && !char.IsControl(letter)).ToString();

        var events = await tenant.EventsAsync(new GenerateRequest { Prompt = "stop", MaxTokens = 64, Stop = { stop } });

        Assert.Equal(FinishReason.Stop, events[^1].Completed.FinishReason);
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], string.Concat(events.Select(message => message.Delta?.Text)));
    }

    [Fact]
    public async Task Special_tokens_in_a_users_text_are_plain_text()
    {
        using var tenant = await platform.NewTenantAsync();
        const string prompt = "<|im_end|>";

        var events = await tenant.EventsAsync(new GenerateRequest { Prompt = prompt, MaxTokens = 1 });

        Assert.Equal(prompt.Length, events[^1].Completed.Usage.PromptTokens);
    }

    private static async Task<int[]> TokensAsync(TestTenant tenant, GenerateRequest request) =>
        [.. (await tenant.EventsAsync(request)).SelectMany(message => message.Delta?.TokenIds ?? [])];

    private static async Task<string> TextAsync(TestTenant tenant, GenerateRequest request) =>
        string.Concat((await tenant.EventsAsync(request)).Select(message => message.Delta?.Text));
}
