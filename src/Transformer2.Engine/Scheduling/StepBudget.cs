namespace Transformer2.Engine;

/// <summary>
/// How many prompt tokens a step may take beside the rows that decode (chunked prefill, Sarathi-Serve, arXiv 2403.02310): as many as keep
/// the step below a multiple of one that only decodes, by what earlier steps took.
/// </summary>
/// <param name="most">Prompt tokens of a step in which nothing decodes.</param>
/// <param name="least">Prompt tokens that every step may take, so that prompts always advance.</param>
internal sealed class StepBudget(int most, int least)
{
    /// <summary>What a step with prompt tokens may take, as a multiple of one without.</summary>
    private const double Slowdown = 1.7;

    private const double Smoothing = 0.2;
    private const int StepsBetweenLooks = 64;

    private double? _decode; // seconds of a step that only decodes
    private double? _prompt; // seconds per prompt token
    private int _sinceLook;

    /// <summary>Prompt tokens for the next step.</summary>
    /// <param name="decoding">Rows that decode in it.</param>
    public int PromptTokens(int decoding)
    {
        if (decoding == 0) return most;
        // Under an endless flood of prompts no step would only decode, and its time would be a guess for ever.
        if (_decode is not { } decode || _sinceLook >= StepsBetweenLooks) return 0;
        if (_prompt is not { } prompt) return Math.Min(least, most);
        return prompt == 0 ? most : (int)Math.Clamp((Slowdown - 1) * decode / prompt, Math.Min(least, most), most);
    }

    /// <summary>Takes note of what a step took.</summary>
    public void Observe(int decoding, int promptTokens, TimeSpan elapsed)
    {
        var seconds = elapsed.TotalSeconds;
        if (promptTokens == 0)
        {
            _decode = Smooth(_decode, seconds);
            _sinceLook = 0;
            return;
        }

        _prompt = Smooth(_prompt, Math.Max(0, seconds - (decoding == 0 ? 0 : _decode ?? 0)) / promptTokens);
        if (decoding > 0) _sinceLook++;
    }

    private static double Smooth(double? before, double now) => before is { } value ? value + (Smoothing * (now - value)) : now;
}
