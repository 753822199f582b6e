using System.Globalization;
using System.Text;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Shows the events of a generation as they come.</summary>
/// <param name="printer">Takes the answer.</param>
/// <param name="details">Takes what was selected, token counts and timings.</param>
/// <param name="several">There are several answers: each is shown as a whole when it has ended, below its number.</param>
internal sealed class GenerationView(Printer printer, TextWriter details, bool several = false)
{
    private readonly Dictionary<int, StringBuilder> _answers = [];
    private bool _lineOpen;

    /// <summary>Shows one event; the text is on its way when this returns.</summary>
    public async Task ShowAsync(GenerateResponse message)
    {
        if (printer.IsJson)
        {
            await printer.Output.WriteAsync(Json.Line(message));
        }
        else if (several)
        {
            await ShowWholeAsync(message);
        }
        else if (message.Delta is { Text.Length: > 0 } delta)
        {
            await printer.Output.WriteAsync(delta.Text);
            _lineOpen = !delta.Text.EndsWith('\n');
        }
        else if (message.Completed is not null && _lineOpen)
        {
            await printer.Output.WriteLineAsync();
        }

        await printer.Output.FlushAsync();
        if (message.Dispatched is { } dispatched)
        {
            Describe(dispatched);
        }
        else if (message.Completed is { } completed)
        {
            Describe(completed);
        }
    }

    private async Task ShowWholeAsync(GenerateResponse message)
    {
        if (message.Delta is { } delta)
        {
            if (!_answers.TryGetValue(delta.AnswerIndex, out var text))
            {
                _answers.Add(delta.AnswerIndex, text = new StringBuilder());
            }

            text.Append(delta.Text);
        }
        else if (message.AnswerCompleted is { } end)
        {
            _answers.Remove(end.AnswerIndex, out var text);
            await printer.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"[{end.AnswerIndex}]"));
            await printer.Output.WriteLineAsync(text?.ToString() ?? "");
        }
    }

    private void Describe(Dispatched dispatched)
    {
        var table = new TextTable()
            .Add("model", dispatched.Model)
            .Add("request", dispatched.RequestId)
            .Add("strategy", dispatched.Strategy);
        foreach (var expert in dispatched.Experts)
        {
            table.Add("expert", expert.Name, string.Create(CultureInfo.InvariantCulture, $"weight {expert.Weight}"), $"sha256 {expert.Digest}");
        }

        // Where there are no categories to show it beside.
        if (dispatched.Decision is { Categories.Count: 0 } unscored && DispatchView.Reason(unscored.FallbackReason) is { } reason)
        {
            table.Add("fall-back", reason);
        }

        details.Write(table);
        if (dispatched.Decision is { Categories.Count: > 0 } decision)
        {
            details.Write(DispatchView.Table(decision));
        }
    }

    private static string Cached(Usage? usage) => usage is { CachedPromptTokens: > 0 } ? $" ({usage.CachedPromptTokens} cached)" : "";

    private void Describe(Completed completed)
    {
        var tokens = completed.Usage?.CompletionTokens ?? 0;
        var (first, total) = (completed.Timings?.FirstToken?.ToTimeSpan() ?? default, completed.Timings?.Total?.ToTimeSpan() ?? default);
        var rate = tokens > 1 && total > first
            ? string.Create(CultureInfo.InvariantCulture, $", {(tokens - 1) / (total - first).TotalSeconds:0.#} tokens/s after it")
            : "";
        details.Write(new TextTable()
            .Add("finish", completed.FinishReason switch
            {
                FinishReason.Stop => "stop",
                FinishReason.Length => "length",
                _ => "unspecified",
            })
            .Add("tokens", $"{completed.Usage?.PromptTokens ?? 0} prompt{Cached(completed.Usage)}, {tokens} answer")
            .Add("times", $"queued {Amounts.Milliseconds(completed.Timings?.Queued)}, first token "
                + $"{Amounts.Milliseconds(completed.Timings?.FirstToken)}{rate}, total {Amounts.Milliseconds(completed.Timings?.Total)}"));
    }
}
