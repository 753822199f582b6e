using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Transformer2.Abstractions;
using Transformer2.V1;
using CategoryScore = Transformer2.Abstractions.CategoryScore;
using DispatchFallbackReason = Transformer2.Abstractions.DispatchFallbackReason;

namespace Transformer2.Gateway;

/// <summary>Translates who answers, and why.</summary>
internal static class DispatchResponses
{
    public static Dispatched ToDispatched(this DispatchOutcome outcome, TenantId tenant, string model, string requestId) => new()
    {
        Strategy = outcome.Strategy,
        Model = model,
        RequestId = requestId,
        Composition = outcome.Target.Composition,
        Experts = { outcome.Target.Experts.ToMessages(tenant) },
        Decision = outcome.IsAutomatic ? outcome.ToDecision(tenant) : null,
    };

    private static DispatchDecision ToDecision(this DispatchOutcome outcome, TenantId tenant) => new()
    {
        Categories = { outcome.Categories.Select(category => category.ToMessage(tenant)) },
        Category = outcome.Category ?? "",
        Confidence = outcome.Confidence,
        FallbackReason = outcome.FallbackReason switch
        {
            DispatchFallbackReason.None => V1.DispatchFallbackReason.Unspecified,
            DispatchFallbackReason.Other => V1.DispatchFallbackReason.Other,
            DispatchFallbackReason.LowConfidence => V1.DispatchFallbackReason.LowConfidence,
            DispatchFallbackReason.ParseFailure => V1.DispatchFallbackReason.ParseFailure,
            DispatchFallbackReason.ExpertMissing => V1.DispatchFallbackReason.ExpertMissing,
            _ => V1.DispatchFallbackReason.ExpertFailed,
        },
        Elapsed = Duration.FromTimeSpan(outcome.Elapsed),
        Memoized = outcome.IsMemoized,
        Template = outcome.Template ?? "",
        Version = outcome.Version ?? "",
    };

    private static V1.CategoryScore ToMessage(this CategoryScore score, TenantId tenant)
    {
        var message = new V1.CategoryScore { Category = score.Name, Probability = score.Probability, Experts = { score.Experts.ToMessages(tenant) } };
        if (!double.IsNaN(score.Logprob))
            message.Logprob = score.Logprob;
        return message;
    }

    private static IEnumerable<SelectedExpert> ToMessages(this ImmutableArray<DispatchedExpert> experts, TenantId tenant) => experts.Select(expert => new SelectedExpert
    {
        Name = ResourceNames.Of(tenant, expert.Id),
        Digest = expert.Digest.Value,
        Weight = expert.Weight,
    });
}
