using Transformer2.Experts;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests;

public sealed class GenerationTests(EngineFixture fixture)
{
    private static readonly string[] Prompts = ["once", "a", "the quick brown fox", "12 + 7", "zz", "hello there", "0", "a much longer prompt than sixteen tokens"];

    private const int EndOfAnswer = 2; // of the tiny model

    private IInferenceEngine Engine => fixture.Engine;

    [Fact]
    public async Task Different_experts_in_one_batch_give_exactly_what_each_gives_alone()
    {
        var requests = Prompts.Select((prompt, i) => EngineFixture.Request(prompt, Expert(i))).ToArray();
        var alone = new List<int[]>();
        foreach (var request in requests) alone.Add((await Engine.Collect(request)).Ids);

        var together = await Task.WhenAll(requests.Select(request => Engine.Collect(request)));

        Assert.Equal(alone, together.Select(result => result.Ids));
        Assert.True(alone.Select(ids => string.Join(',', ids)).Distinct().Count() > 4, "The requests really differ.");

        static ExpertVector? Expert(int i) => i == 0 ? null : TinyModelFolder.Expert(i, all: i % 2 == 0);
    }

    [Fact]
    public async Task More_requests_than_rows_are_all_answered_as_if_alone()
    {
        var requests = Enumerable.Range(0, 40).Select(i => EngineFixture.Request(Prompts[i % 8], TinyModelFolder.Expert(i % 5), maxTokens: 1 + (i % 9))).ToArray();
        var together = await Task.WhenAll(requests.Select(request => Engine.Collect(request)));
        for (var i = 0; i < requests.Length; i += 7) Assert.Equal((await Engine.Collect(requests[i])).Ids, together[i].Ids);
        Assert.Equal(0, Engine.Status.RunningSequences);
    }

    [Fact]
    public async Task An_answer_that_has_ended_has_no_row_any_more()
    {
        for (var i = 0; i < 100; i++)
        {
            await Engine.Collect(EngineFixture.Request("a", maxTokens: 1 + (i % 3)));
            Assert.Equal(0, Engine.Status.RunningSequences);
        }
    }

    [Fact]
    public async Task An_expert_changes_the_answer_and_the_identity_does_not()
    {
        var ones = new ExpertVector(TinyModelFolder.Ranks.Select(entry => KeyValuePair.Create(entry.Key, Enumerable.Repeat(1f, entry.Value).ToArray())));
        var bare = await Engine.Collect(EngineFixture.Request("tell me"));
        Assert.Equal(bare.Ids, (await Engine.Collect(EngineFixture.Request("tell me", ones))).Ids);
        Assert.NotEqual(bare.Ids, (await Engine.Collect(EngineFixture.Request("tell me", TinyModelFolder.Expert(1)))).Ids);
    }

    [Fact]
    public async Task A_mixture_equals_the_expert_of_its_mixed_multipliers()
    {
        WeightedExpert[] members = [new(TinyModelFolder.Expert(1), 0.25), new(TinyModelFolder.Expert(2), 0.75)];
        var mixture = await Engine.Collect(EngineFixture.Request("mix") with { Experts = members });
        var composed = await Engine.Collect(EngineFixture.Request("mix", ExpertComposition.Linear(members)));
        Assert.Equal(composed.Ids, mixture.Ids);
    }

    [Fact]
    public async Task The_answer_ends_at_the_token_limit()
    {
        var (_, ids, completed) = await Engine.Collect(EngineFixture.Request("a", maxTokens: 5));
        Assert.Equal(5, ids.Length);
        Assert.Equal(FinishReason.Length, completed.FinishReason);
        Assert.Equal(new TokenUsage(1, 5), completed.Usage);
        Assert.True(completed.Timings.Queued <= completed.Timings.FirstToken && completed.Timings.FirstToken <= completed.Timings.Total);
    }

    [Fact]
    public async Task The_answer_ends_at_the_end_of_the_context()
    {
        var (_, ids, completed) = await Engine.Collect(EngineFixture.Request(new string('x', 500), maxTokens: 1000));
        Assert.True(ids.Length <= 12);
        Assert.Equal(FinishReason.Length, completed.FinishReason);
    }

    [Fact]
    public async Task A_stop_text_ends_the_answer_and_is_not_part_of_it()
    {
        var full = await Engine.Collect(EngineFixture.Request("stop here", maxTokens: 40));
        var stop = full.Text.Substring(full.Text.Length / 2, 3);

        var stopped = await Engine.Collect(EngineFixture.Request("stop here", maxTokens: 40) with { Stop = [stop] });

        Assert.Equal(full.Text[..full.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
        Assert.Equal(FinishReason.Stop, stopped.Completed.FinishReason);
    }

    [Fact]
    public async Task A_seed_repeats_a_draw_also_in_company()
    {
        var random = new SamplingOptions(Temperature: 1.2, TopP: 0.95, TopK: 50, Seed: 42)
        {
            MinP = 0.01,
            RepetitionPenalty = 1.1,
            FrequencyPenalty = 0.2,
            PresencePenalty = 0.2,
            LogitBias = new Dictionary<int, double> { [70] = 1 },
        };
        var request = EngineFixture.Request("dice") with { Sampling = random };
        var alone = await Engine.Collect(request);
        var company = Enumerable.Range(0, 6).Select(i => Engine.Collect(EngineFixture.Request(Prompts[i], TinyModelFolder.Expert(i)))).ToArray();
        Assert.Equal(alone.Ids, (await Engine.Collect(request)).Ids);
        await Task.WhenAll(company);
        Assert.NotEqual(alone.Ids, (await Engine.Collect(request with { Sampling = request.Sampling with { Seed = 43 } })).Ids);
    }

    [Fact]
    public async Task The_repetition_penalty_counts_the_prompt_and_the_others_the_answer_only()
    {
        var request = EngineFixture.Request("", maxTokens: 1) with { Prompt = new Prompt.Tokens([7, 70]) };
        // The prompt's last token, far ahead by its bias: only what counts prompts takes it away.
        var bias = new Dictionary<int, double> { [70] = 50 };

        Assert.Equal(70, await First(new() { LogitBias = bias, FrequencyPenalty = 2, PresencePenalty = 2 }));
        Assert.NotEqual(70, await First(new() { LogitBias = bias, RepetitionPenalty = 100 }));

        async Task<int> First(SamplingOptions sampling) => (await Engine.Collect(request with { Sampling = sampling })).Ids[0];
    }

    [Fact]
    public async Task Nothing_ends_an_answer_before_its_least_tokens()
    {
        var ends = new SamplingOptions { LogitBias = new Dictionary<int, double> { [EndOfAnswer] = 1000 } };
        var request = EngineFixture.Request("end", maxTokens: 20) with { Sampling = ends };
        Assert.Empty((await Engine.Collect(request)).Ids);

        var (_, ids, completed) = await Engine.Collect(request with { MinTokens = 7 });
        Assert.Equal((7, FinishReason.Stop), (ids.Length, completed.FinishReason));
        Assert.DoesNotContain(EndOfAnswer, ids);
        Assert.Equal(20, (await Engine.Collect(request with { MinTokens = 30 })).Ids.Length);

        // A stop text that comes before is part of the answer.
        var full = await Engine.Collect(EngineFixture.Request("stop here", maxTokens: 40));
        var early = await Engine.Collect(EngineFixture.Request("stop here", maxTokens: 40) with { Stop = [full.Text[..1]], MinTokens = 10 });
        Assert.InRange(early.Ids.Length, 10, 40);
        Assert.StartsWith(full.Text[..1], early.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_probabilities_are_the_models_own_whatever_is_drawn()
    {
        var vocabulary = Engine.Model.VocabularySize;
        var plain = await Tokens(EngineFixture.Request("log", maxTokens: 12) with { Logprobs = vocabulary });
        Assert.Equal(12, plain.Count);
        foreach (var token in plain)
        {
            Assert.Equal(token.Token, token.Top[0]); // greedy
            Assert.Equal(1, token.Top.Sum(entry => Math.Exp(entry.Logprob)), 1e-9);
            Assert.Equal(vocabulary, token.Top.Count);
        }

        var biased = await Tokens(EngineFixture.Request("log", maxTokens: 1) with
        {
            Logprobs = 2,
            Sampling = new SamplingOptions(Temperature: 1.5) { LogitBias = new Dictionary<int, double> { [70] = 100 } },
        });
        Assert.Equal(70, biased[0].Token.TokenId);
        Assert.Equal(plain[0].Top.Single(entry => entry.TokenId == 70), biased[0].Token);
        Assert.Equal(plain[0].Top.Take(2), biased[0].Top);
        Assert.Empty(await Tokens(EngineFixture.Request("log", maxTokens: 3)));

        async Task<List<TokenLogprobs>> Tokens(GenerationRequest request)
        {
            var events = await Engine.GenerateAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
            var deltas = events.OfType<TextDelta>().ToArray();
            if (request.Logprobs > 0) Assert.All(deltas, delta => Assert.Equal(delta.TokenIds, delta.Logprobs.Select(entry => entry.Token.TokenId)));
            return [.. deltas.SelectMany(delta => delta.Logprobs)];
        }
    }

    [Fact]
    public async Task Several_answers_repeat_by_their_seed_and_the_first_is_what_one_would_be()
    {
        var one = EngineFixture.Request(new string('m', 40), TinyModelFolder.Expert(2)) with { Sampling = new SamplingOptions(Temperature: 1.3, Seed: 11) };
        var alone = await Engine.Collect(one);

        var (answers, completed) = await Answers(one with { Answers = 5 });

        Assert.Equal(alone.Ids, answers[0]);
        Assert.Equal(5, answers.Select(ids => string.Join(' ', ids)).Distinct().Count());
        Assert.Equal((40, answers.Sum(ids => ids.Length)), (completed.Usage.PromptTokens, completed.Usage.CompletionTokens));
        Assert.Equal(answers, (await Answers(one with { Answers = 5 })).Ids);
        Assert.Equal(answers[..3], (await Answers(one with { Answers = 3 })).Ids);

        async Task<(int[][] Ids, GenerationCompleted Completed)> Answers(GenerationRequest request)
        {
            var events = await Engine.GenerateAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
            var deltas = events.OfType<TextDelta>().ToLookup(delta => delta.Answer);
            int[][] ids = [.. Enumerable.Range(0, request.Answers).Select(answer => deltas[answer].SelectMany(delta => delta.TokenIds).ToArray())];
            return (ids, Assert.IsType<GenerationCompleted>(events[^1]));
        }
    }

    [Fact]
    public async Task A_bias_outside_the_vocabulary_is_refused()
    {
        foreach (var token in (int[])[-1, Engine.Model.VocabularySize])
        {
            var sampling = new SamplingOptions { LogitBias = new Dictionary<int, double> { [token] = 1 } };
            var error = await Assert.ThrowsAsync<EngineException>(() => Engine.Collect(EngineFixture.Request("a") with { Sampling = sampling }));
            Assert.Equal(EngineError.InvalidLogitBias, error.Reason);
        }
    }

    [Fact]
    public async Task Special_tokens_in_a_users_message_are_plain_text()
    {
        var plain = await Engine.Collect(Chat("<|im_end|>"));
        // One token would be 10 characters less than the ten bytes of its spelling.
        var letters = await Engine.Collect(Chat("0123456789"));
        Assert.Equal(letters.Completed.Usage.PromptTokens, plain.Completed.Usage.PromptTokens);

        static GenerationRequest Chat(string message) => EngineFixture.Request("") with { Prompt = new Prompt.Chat([new ChatMessage("user", message)]), MaxTokens = 1 };
    }
}
