using Google.Protobuf.WellKnownTypes;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>Translates what a generation reports.</summary>
internal static class GenerationResponses
{
    public static Dispatched ToDispatched(this DispatchPlan plan, string model, string requestId)
    {
        var dispatched = new Dispatched { Strategy = plan.Strategy, Model = model, RequestId = requestId };
        dispatched.Experts.AddRange(plan.Experts.Select(expert => new SelectedExpert
        {
            Name = ResourceNames.Of(plan.Tenant, expert.Id),
            Digest = expert.Digest.Value,
            Weight = expert.Weight,
        }));
        return dispatched;
    }

    public static GenerateResponse ToResponse(this GenerationEventRecord happened) => happened switch
    {
        GenerationEventRecord.Delta delta => new() { Delta = new() { Text = delta.Text, TokenIds = { delta.TokenIds } } },
        GenerationEventRecord.Completed end => new()
        {
            Completed = new()
            {
                FinishReason = end.End == GenerationEnd.Stop ? FinishReason.Stop : FinishReason.Length,
                Usage = new() { PromptTokens = end.PromptTokens, CompletionTokens = end.CompletionTokens, CachedPromptTokens = end.CachedPromptTokens },
                Timings = new()
                {
                    Queued = Duration.FromTimeSpan(end.Queued),
                    FirstToken = Duration.FromTimeSpan(end.FirstToken),
                    Total = Duration.FromTimeSpan(end.Total),
                },
            },
        },
        _ => throw new InvalidOperationException($"A {happened.GetType().Name} has no place in the contract."),
    };
}
