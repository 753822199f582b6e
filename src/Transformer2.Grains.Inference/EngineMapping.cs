using System.Collections.Immutable;
using Transformer2.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Grains.Inference;

/// <summary>Between the engine's types and those that travel between grains.</summary>
internal static class EngineMapping
{
    public static GenerationRequest ToRequest(this GenerationSpec spec, TenantId tenant, Dispatched dispatched) => new()
    {
        RequestId = spec.RequestId,
        Tenant = tenant.Value,
        Priority = spec.Priority.ToPriority(),
        Deadline = spec.Deadline,
        Prompt = spec.Text is { } text
            ? new Prompt.Text(text)
            : new Prompt.Chat([.. spec.Messages.Select(turn => new ChatMessage(turn.Role, turn.Content))]),
        Experts = dispatched.Expert.IsIdentity ? [] : [new(dispatched.Expert, 1)],
        ExpertLabel = dispatched.Outcome.Target.Experts switch
        {
            [] => ExpertLabels.Base,
            [{ Weight: 1 } only] => only.Id.Value,
            _ => ExpertLabels.Mixture,
        },
        Sampling = new SamplingOptions(spec.Temperature, spec.TopP, spec.TopK, spec.Seed)
        {
            MinP = spec.MinP,
            RepetitionPenalty = spec.RepetitionPenalty,
            FrequencyPenalty = spec.FrequencyPenalty,
            PresencePenalty = spec.PresencePenalty,
            LogitBias = spec.LogitBias,
        },
        MaxTokens = spec.MaxTokens,
        MinTokens = spec.MinTokens,
        Logprobs = spec.Logprobs,
        Answers = spec.Answers,
        Stop = spec.Stop,
    };

    public static RequestPriority ToPriority(this GenerationPriority priority) => priority switch
    {
        GenerationPriority.Batch => RequestPriority.Batch,
        GenerationPriority.Background => RequestPriority.Background,
        _ => RequestPriority.Interactive,
    };

    public static GenerationEventRecord ToRecord(this GenerationEvent happened) => happened switch
    {
        TextDelta delta => new GenerationEventRecord.Delta(delta.Text, [.. delta.TokenIds])
        {
            Answer = delta.Answer,
            Logprobs = [.. delta.Logprobs.Select(token => new TokenLogprobsRecord(token.Token.ToRecord(), [.. token.Top.Select(ToRecord)]))],
        },
        AnswerCompleted end => new GenerationEventRecord.AnswerCompleted(
            end.Answer, end.FinishReason.ToRecord(), end.CompletionTokens, end.Timings.Queued, end.Timings.FirstToken, end.Timings.Total),
        GenerationCompleted end => new GenerationEventRecord.Completed(
            end.FinishReason.ToRecord(),
            end.Usage.PromptTokens,
            end.Usage.CompletionTokens,
            end.Timings.Queued,
            end.Timings.FirstToken,
            end.Timings.Total)
        {
            CachedPromptTokens = end.Usage.CachedPromptTokens,
        },
        _ => throw new InvalidOperationException($"The engine reported a {happened.GetType().Name}, which has no record."),
    };

    public static ModelRecord ToRecord(this ModelInfo model) => new(
        model.Id,
        model.Layout.BaseModel,
        model.Layout.Decomposition,
        model.ContextLength,
        model.VocabularySize,
        model.ParameterCount,
        [.. model.Layout.Ranks.Select(matrix => new MatrixRecord(matrix.Key, matrix.Value))]);

    public static NodeStatusRecord ToRecord(this EngineStatus status) =>
        new(status.WaitingSequences, status.RunningSequences, status.MaxSequences, status.ResidentExperts, status.Faulted);

    private static GenerationEnd ToRecord(this FinishReason reason) => reason == FinishReason.Stop ? GenerationEnd.Stop : GenerationEnd.Length;

    private static TokenLogprobRecord ToRecord(this TokenLogprob token) => new(token.TokenId, token.Text, token.Logprob);

    public static PlatformException ToPlatformException(this EngineException exception) =>
        new(ReasonFor(exception.Reason), exception.Message, exception.Reason == EngineError.InvalidLogitBias ? [("field", "logit_bias")] : [])
        {
            RetryAfter = exception.RetryAfter,
        };

    private static string ReasonFor(EngineError error) => error switch
    {
        EngineError.PromptEmpty => ErrorReason.PromptEmpty,
        EngineError.PromptTooLong => ErrorReason.PromptTooLong,
        EngineError.PromptNotEncodable => ErrorReason.PromptNotEncodable,
        EngineError.ChatTemplate => ErrorReason.ChatTemplate,
        EngineError.InvalidMixture => ErrorReason.InvalidMixture,
        // As the edge refuses it, where it knows the vocabulary.
        EngineError.InvalidLogitBias => ErrorReason.InvalidField,
        EngineError.Overloaded => ErrorReason.Overloaded,
        EngineError.DeadlineExceeded => ErrorReason.QueueTimeout,
        EngineError.NonFiniteLogits => ErrorReason.NonFiniteLogits,
        _ => ErrorReason.EngineUnavailable,
    };
}
