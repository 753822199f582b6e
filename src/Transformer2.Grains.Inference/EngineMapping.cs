using System.Collections.Immutable;
using Transformer2.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Grains.Inference;

/// <summary>Between the engine's types and those that travel between grains.</summary>
internal static class EngineMapping
{
    public static GenerationRequest ToRequest(this GenerationSpec spec, DispatchPlan plan, IReadOnlyList<WeightedExpert> experts) => new()
    {
        RequestId = spec.RequestId,
        Tenant = plan.Tenant.Value,
        Prompt = spec.Text is { } text
            ? new Prompt.Text(text)
            : new Prompt.Chat([.. spec.Messages.Select(turn => new ChatMessage(turn.Role, turn.Content))]),
        Experts = experts,
        ExpertLabel = plan.Experts switch
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
        Stop = spec.Stop,
    };

    public static GenerationEventRecord ToRecord(this GenerationEvent happened) => happened switch
    {
        TextDelta delta => new GenerationEventRecord.Delta(delta.Text, [.. delta.TokenIds]),
        GenerationCompleted end => new GenerationEventRecord.Completed(
            end.FinishReason == FinishReason.Stop ? GenerationEnd.Stop : GenerationEnd.Length,
            end.Usage.PromptTokens,
            end.Usage.CompletionTokens,
            end.Timings.Queued,
            end.Timings.FirstToken,
            end.Timings.Total),
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

    public static PlatformException ToPlatformException(this EngineException exception) =>
        new(
            exception.Reason switch
            {
                EngineError.PromptEmpty => ErrorReason.PromptEmpty,
                EngineError.PromptTooLong => ErrorReason.PromptTooLong,
                EngineError.PromptNotEncodable => ErrorReason.PromptNotEncodable,
                EngineError.ChatTemplate => ErrorReason.ChatTemplate,
                EngineError.InvalidMixture => ErrorReason.InvalidMixture,
                EngineError.Overloaded => ErrorReason.Overloaded,
                EngineError.NonFiniteLogits => ErrorReason.NonFiniteLogits,
                _ => ErrorReason.EngineUnavailable,
            },
            exception.Message);
}
