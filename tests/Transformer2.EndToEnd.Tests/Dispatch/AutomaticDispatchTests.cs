using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class AutomaticDispatchTests(PlatformFixture platform)
{
    private static readonly string[] Prompts = ["one", "twenty two", "print(3)", "why?", "a b c", "what is the time", "0", "hello"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_is_that_of_the_expert_that_was_chosen()
    {
        using var tenant = await platform.NewTenantAsync();
        foreach (var (seed, name) in new[] { "math", "code", "reasoning", "other" }.Index())
            await tenant.UploadAsync(name, seed + 1);

        // A random model may like any category: what matters is that the choice is followed, whoever else is in the batch.
        var answers = await Task.WhenAll(Prompts.Select(prompt => tenant.EventsAsync(Chat(prompt, Select.Auto))));

        foreach (var (prompt, events) in Prompts.Zip(answers))
        {
            var decision = events[0].Dispatched.Decision;
            var chosen = Assert.Single(events[0].Dispatched.Experts);
            Assert.Equal($"tenants/{tenant.Id}/experts/{decision.Category}", chosen.Name);
            Assert.Equal(1, decision.Categories.Sum(category => category.Probability), 6);
            Assert.Equal(decision.Confidence, decision.Categories.Max(category => category.Probability));
            var named = await tenant.EventsAsync(Chat(prompt, Select.Expert(decision.Category)));
            Assert.Equal(Ids(named), Ids(events));
            var again = await tenant.Client.DispatchAsync(new DispatchRequest { Messages = Chat(prompt, Select.Auto).Messages, Selection = Select.Auto }, Token);
            Assert.True(again.Decision.Memoized);
            Assert.Equal(decision.Categories, again.Decision.Categories);
        }
    }

    [Fact]
    public async Task An_answer_that_was_begun_before_the_choice_is_that_of_the_chosen_expert_whether_the_guess_was_right_or_wrong()
    {
        using var tenant = await platform.NewTenantAsync();
        foreach (var (seed, name) in new[] { "math", "code", "reasoning", "other" }.Index())
            await tenant.UploadAsync(name, seed + 1);

        // One after the other: the node is idle, and guesses what was chosen most.
        foreach (var number in Enumerable.Range(0, 24))
        {
            var events = await tenant.EventsAsync(Chat($"{Prompts[number % Prompts.Length]} {number}", Select.Auto));
            var decision = events[0].Dispatched.Decision;
            Assert.False(decision.Memoized);
            Assert.Equal(Ids(await tenant.EventsAsync(Chat($"{Prompts[number % Prompts.Length]} {number}", Select.Expert(decision.Category)))), Ids(events));
        }

        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(platform.Server.Http, "metrics"), Token);
        Assert.Matches("t2_dispatch_speculations[^\n]*right=\"true\"", metrics);
    }

    [Fact]
    public async Task The_classification_expert_changes_probabilities()
    {
        using var tenant = await platform.NewTenantAsync();
        var before = await ExplainAsync(tenant, new DispatchPolicy { Calibrate = false });
        await tenant.UploadAsync("classifier", 7);

        var adapted = await ExplainAsync(tenant, new DispatchPolicy());
        Assert.Equal("classifier", adapted.Strategy);
        Assert.NotEqual(before.Decision.Categories.Select(category => category.Logprob), adapted.Decision.Categories.Select(category => category.Logprob));
        var bare = await ExplainAsync(tenant, new DispatchPolicy { Strategy = "prompt", Calibrate = false });
        Assert.Equal(before.Decision.Categories.Select(category => category.Logprob), bare.Decision.Categories.Select(category => category.Logprob));
    }

    [Fact]
    public async Task A_prompt_that_fits_the_context_is_classified_too_though_the_question_about_it_is_longer()
    {
        using var tenant = await platform.NewTenantAsync();
        var length = (await tenant.Client.GetModelAsync(Token)).ContextLength;
        await tenant.UploadAsync("math", 1);

        var events = await tenant.EventsAsync(new GenerateRequest { Prompt = new string('x', length - 10), Selection = Select.Auto, MaxTokens = 4 });

        Assert.NotEmpty(events[0].Dispatched.Decision.Category);
        Assert.NotNull(events[^1].Completed);
    }

    private static Task<Dispatched> ExplainAsync(TestTenant tenant, DispatchPolicy policy) => tenant.Client.DispatchAsync(
        new DispatchRequest { Messages = Chat("what is it?", Select.Auto).Messages, Selection = new ExpertSelection { Auto = new Auto { Policy = policy } } }, Token);

    private static GenerateRequest Chat(string prompt, ExpertSelection selection) => new()
    {
        Messages = new ChatMessages { Messages = { new ChatMessage { Role = "user", Content = prompt } } },
        Selection = selection,
        MaxTokens = 12,
    };

    private static int[] Ids(IEnumerable<GenerateResponse> events) => [.. events.SelectMany(message => message.Delta?.TokenIds ?? [])];
}
