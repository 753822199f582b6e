using System.Globalization;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Shows how the platform chose.</summary>
internal static class DispatchView
{
    /// <summary>The categories with their scores, the chosen one marked.</summary>
    public static TextTable Table(DispatchDecision decision)
    {
        var table = new TextTable("CATEGORY", "PROBABILITY", "LOGPROB", "EXPERTS", "");
        foreach (var category in decision.Categories)
        {
            table.Add(
                category.Category,
                category.Probability.ToString("0.0000", CultureInfo.InvariantCulture),
                category.HasLogprob ? category.Logprob.ToString("0.000", CultureInfo.InvariantCulture) : "",
                category.Experts.Count == 0 ? "-" : string.Join(" + ", category.Experts.Select(Short)),
                category.Category != decision.Category ? "" : Reason(decision.FallbackReason) is { } reason ? $"<- {reason}: the fall-back answers" : "<-");
        }

        return table;
    }

    /// <summary>All of a choice, for people.</summary>
    public static string Text(Dispatched dispatched)
    {
        var decision = dispatched.Decision ?? new DispatchDecision();
        var table = new TextTable()
            .Add("strategy", dispatched.Strategy)
            .Add("answers", dispatched.Experts.Count == 0 ? "base model" : string.Join(" + ", dispatched.Experts.Select(Short)));
        if (dispatched.Experts.Count > 1)
        {
            table.Add("composition", dispatched.Composition);
        }

        if (Reason(decision.FallbackReason) is { } reason)
        {
            table.Add("fall-back", reason);
        }

        if (decision.Template.Length > 0)
        {
            table.Add("template", decision.Template);
        }

        table.Add("version", decision.Version).Add("pass 1", Amounts.Milliseconds(decision.Elapsed) + (decision.Memoized ? " (remembered)" : ""));
        return decision.Categories.Count == 0 ? table.ToString() : $"{Table(decision)}\n{table}";
    }

    private static string Short(SelectedExpert expert)
    {
        var id = expert.Name[(expert.Name.LastIndexOf('/') + 1)..];
        return expert.Weight == 1 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}={expert.Weight:0.####}");
    }

    /// <summary>Why the fall-back answers, for people; null when it does not.</summary>
    public static string? Reason(DispatchFallbackReason reason) => reason switch
    {
        DispatchFallbackReason.Unspecified => null,
        DispatchFallbackReason.Other => "no expert of its own",
        DispatchFallbackReason.LowConfidence => "not probable enough",
        DispatchFallbackReason.ParseFailure => "the answer names no category",
        DispatchFallbackReason.ExpertMissing => "the expert does not exist",
        DispatchFallbackReason.ExpertFailed => "the expert cannot be used",
        _ => reason.ToString(),
    };
}
