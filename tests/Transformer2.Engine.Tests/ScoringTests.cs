using Transformer2.Experts;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests;

/// <summary>Continuations are scored as generation would find them, in one prefill.</summary>
public sealed class ScoringTests(EngineFixture fixture)
{
    private IInferenceEngine Engine => fixture.Engine;

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task What_the_model_answers_greedily_has_the_logprobs_of_the_answer(int? expert)
    {
        var chosen = expert is { } number ? TinyModelFolder.Expert(number) : null;
        var request = EngineFixture.Request("the quick brown fox", chosen, maxTokens: 12) with { Logprobs = 1, IgnoreEndOfAnswer = false };
        var events = await Engine.GenerateAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        var answer = events.OfType<TextDelta>().SelectMany(delta => delta.Logprobs).Select(token => token.Token).ToArray();

        var scored = await ScoreIds(request, [.. answer.Select(token => token.TokenId)]);

        Assert.Equal(answer.Select(token => token.TokenId), scored.Tokens.Select(token => token.TokenId));
        Assert.All(answer.Zip(scored.Tokens), pair => Assert.Equal(pair.First.Logprob, pair.Second.Logprob, 12));
        Assert.True(scored.IsGreedy);
    }

    [Fact]
    public async Task Scores_do_not_depend_on_what_they_are_asked_together_with()
    {
        string[] texts = ["a", "b", "ab", "abc", "b because", "zzz", "a much longer continuation that takes several steps of the engine"];
        var together = await Score("choose:", texts);
        foreach (var (i, text) in texts.Index())
        {
            var alone = Assert.Single((await Score("choose:", text)).Scores);
            Assert.Equal(alone.Logprob, together.Scores[i].Logprob, 12);
        }
    }

    [Fact]
    public async Task The_probabilities_of_all_single_tokens_sum_to_one()
    {
        // The byte-level alphabet without merges: every printable ASCII character is a token.
        var texts = Enumerable.Range(33, 94).Select(code => ((char)code).ToString()).ToArray();
        var result = await Score("x", texts);
        var sum = result.Scores.Sum(score => Math.Exp(score.Logprob));
        Assert.InRange(sum, 0.05, 1);
        Assert.Equal(texts.Length, result.Scores.Count);
    }

    [Fact]
    public async Task Labels_of_one_token_cost_one_row_and_the_prompt()
    {
        var before = Engine.Status;
        var result = await Score("what is it?", "a", "b", "c");
        Assert.Equal(0, before.RunningSequences);
        Assert.All(result.Scores, score => Assert.Single(score.Tokens));
        Assert.Equal(0, Engine.Status.RunningSequences);
    }

    [Fact]
    public async Task The_end_of_the_answer_is_scored_as_the_end_that_is_most_probable()
    {
        var request = Request("go", new Continuation("on", EndsAnswer: true), new Continuation("on"));
        var result = await Engine.ScoreAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(result.Scores[1].Tokens, result.Scores[0].Tokens.SkipLast(1));
        Assert.Equal(2, result.Scores[0].Tokens[^1].TokenId); // of the tiny model
        Assert.True(result.Scores[0].Logprob < result.Scores[1].Logprob);
    }

    [Fact]
    public async Task A_conversation_is_continued_within_the_answer()
    {
        var chat = new Prompt.Chat([new ChatMessage("user", "hello")]);
        var whole = await Engine.ScoreAsync(Request(chat, new Continuation("abc")), TestContext.Current.CancellationToken);
        var rest = await Engine.ScoreAsync(Request(chat with { AnswerPrefix = "a" }, new Continuation("bc")), TestContext.Current.CancellationToken);
        Assert.Equal(whole.Scores[0].Tokens.Skip(1).Sum(token => token.Logprob), rest.Scores[0].Logprob, 12);
    }

    [Fact]
    public async Task A_prompt_that_was_scored_before_comes_from_the_cache()
    {
        var prompt = string.Concat(Enumerable.Repeat("a prompt of some length. ", 4));
        var first = await Score(prompt, "a", "bcd");
        var second = await Score(prompt, "a", "bcd");
        Assert.True(second.CachedPromptTokens > 0);
        Assert.Equal(first.Scores.Select(score => score.Logprob), second.Scores.Select(score => score.Logprob));
    }

    [Fact]
    public async Task A_cancelled_scoring_leaves_no_row()
    {
        using var cancelled = new CancellationTokenSource();
        var scoring = Engine.ScoreAsync(Request("x", [.. Enumerable.Range(0, 64).Select(i => new Continuation($"{i} and so on and on and on"))]), cancelled.Token);
        await cancelled.CancelAsync();
        try
        {
            await scoring;
        }
        catch (OperationCanceledException)
        {
        }

        await Engine.Collect(EngineFixture.Request("after", maxTokens: 3));
        Assert.Equal(0, Engine.Status.RunningSequences + Engine.Status.WaitingSequences);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused()
    {
        var tooLong = await Assert.ThrowsAsync<EngineException>(() => Score("x", new string('y', 600)));
        Assert.Equal(EngineError.PromptTooLong, tooLong.Reason);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Score("x"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Score("x", [.. Enumerable.Range(0, 257).Select(i => $"{i}")]));
    }

    [Fact]
    public async Task A_generation_that_was_begun_beside_a_scoring_is_the_one_that_would_have_come_after_it()
    {
        var (guess, miss) = (EngineFixture.Request("the quick brown fox", TinyModelFolder.Expert(3), maxTokens: 12), EngineFixture.Request("the quick brown fox", maxTokens: 500));
        var (_, ids, completed) = await Engine.Collect(guess);
        var alone = await Score("what is it?", "a", "bcd");

        var result = await Engine.ScoreAsync(
            Request("what is it?", new Continuation("a"), new Continuation("bcd")) with { Speculations = [guess, miss] }, TestContext.Current.CancellationToken);
        Assert.Equal([guess, miss], result.Speculations.Select(speculation => speculation.Request));
        var events = await result.Speculations[0].ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        await result.Speculations[1].DisposeAsync();

        Assert.Equal(alone.Scores.Select(score => score.Logprob), result.Scores.Select(score => score.Logprob));
        Assert.Equal(ids, events.OfType<TextDelta>().SelectMany(delta => delta.TokenIds));
        Assert.Equal(completed.Usage.CompletionTokens, Assert.IsType<GenerationCompleted>(events[^1]).Usage.CompletionTokens);
        await Engine.Collect(EngineFixture.Request("after", maxTokens: 3));
        Assert.Equal(0, Engine.Status.RunningSequences + Engine.Status.WaitingSequences);
    }

    [Fact]
    public async Task A_speculation_that_can_not_begin_is_left_out_and_one_whose_scoring_fails_ends()
    {
        var tooLong = EngineFixture.Request(new string('y', 600), maxTokens: 4);
        var result = await Engine.ScoreAsync(Request("x", new Continuation("a")) with { Speculations = [tooLong] }, TestContext.Current.CancellationToken);
        Assert.Empty(result.Speculations);

        var late = Request("x", new Continuation("a")) with { Speculations = [EngineFixture.Request("y", maxTokens: 500)], Deadline = DateTimeOffset.UnixEpoch };
        await Assert.ThrowsAsync<EngineException>(() => Engine.ScoreAsync(late, TestContext.Current.CancellationToken));
        await Engine.Collect(EngineFixture.Request("after", maxTokens: 3));
        Assert.Equal(0, Engine.Status.RunningSequences + Engine.Status.WaitingSequences);
    }

    private Task<ScoringResult> Score(string prompt, params string[] texts) =>
        Engine.ScoreAsync(Request(prompt, [.. texts.Select(text => new Continuation(text))]), TestContext.Current.CancellationToken);

    // Not every text becomes the tokens again that it was generated as.
    private async Task<ContinuationScore> ScoreIds(GenerationRequest like, int[] ids)
    {
        var result = await Engine.ScoreAsync(
            new ScoringRequest { RequestId = "s", Prompt = like.Prompt, Experts = like.Experts, Continuations = [Continuation.OfTokens(ids)] },
            TestContext.Current.CancellationToken);
        return Assert.Single(result.Scores);
    }

    private static ScoringRequest Request(string prompt, params Continuation[] continuations) => Request(new Prompt.Text(prompt), continuations);

    private static ScoringRequest Request(Prompt prompt, params Continuation[] continuations) =>
        new() { RequestId = "s", Prompt = prompt, Continuations = continuations };
}
