using Google.Protobuf.WellKnownTypes;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>Translates what a generation reports.</summary>
internal static class GenerationResponses
{
    public static GenerateResponse ToResponse(this GenerationEventRecord happened, TenantId tenant, string model, string requestId) => happened switch
    {
        GenerationEventRecord.Dispatched dispatched => new() { Dispatched = dispatched.Outcome.ToDispatched(tenant, model, requestId) },
        GenerationEventRecord.Delta delta => new()
        {
            Delta = new()
            {
                Text = delta.Text,
                TokenIds = { delta.TokenIds },
                AnswerIndex = delta.Answer,
                Logprobs = { delta.Logprobs.Select(token => new TokenLogprobs { Token = token.Token.ToLogprob(), Top = { token.Top.Select(ToLogprob) } }) },
            },
        },
        GenerationEventRecord.AnswerCompleted end => new()
        {
            AnswerCompleted = new()
            {
                AnswerIndex = end.Answer,
                FinishReason = end.End.ToFinishReason(),
                CompletionTokens = end.CompletionTokens,
                Timings = ToTimings(end.Queued, end.FirstToken, end.Total),
            },
        },
        GenerationEventRecord.Completed end => new()
        {
            Completed = new()
            {
                FinishReason = end.End.ToFinishReason(),
                Usage = new() { PromptTokens = end.PromptTokens, CompletionTokens = end.CompletionTokens, CachedPromptTokens = end.CachedPromptTokens },
                Timings = ToTimings(end.Queued, end.FirstToken, end.Total),
            },
        },
        _ => throw new InvalidOperationException($"A {happened.GetType().Name} has no place in the contract."),
    };

    private static FinishReason ToFinishReason(this GenerationEnd end) => end == GenerationEnd.Stop ? FinishReason.Stop : FinishReason.Length;

    private static TokenLogprob ToLogprob(this TokenLogprobRecord token) => new() { TokenId = token.TokenId, Text = token.Text, Logprob = token.Logprob };

    private static Timings ToTimings(TimeSpan queued, TimeSpan firstToken, TimeSpan total) => new()
    {
        Queued = Duration.FromTimeSpan(queued),
        FirstToken = Duration.FromTimeSpan(firstToken),
        Total = Duration.FromTimeSpan(total),
    };
}
