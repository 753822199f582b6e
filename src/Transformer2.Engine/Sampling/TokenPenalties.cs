using System.Runtime.InteropServices;

namespace Transformer2.Engine;

/// <summary>
/// What one sequence's options and tokens change in its logits: bias, then the frequency and presence penalties of OpenAI's API over the
/// generated tokens, then the repetition penalty of CTRL (arXiv 1909.05858) over prompt and answer.
/// </summary>
internal sealed class TokenPenalties
{
    private readonly SamplingOptions _options;
    private readonly Dictionary<int, int> _generated = [];
    private readonly HashSet<int> _seen = [];

    public TokenPenalties(SamplingOptions options, ReadOnlySpan<int> prompt)
    {
        _options = options;
        if (options.RepetitionPenalty == 1) return;
        foreach (var id in prompt) _seen.Add(id);
    }

    /// <summary>Counts a generated token.</summary>
    public void Count(int id)
    {
        if (_options.FrequencyPenalty != 0 || _options.PresencePenalty != 0) CollectionsMarshal.GetValueRefOrAddDefault(_generated, id, out _)++;
        if (_options.RepetitionPenalty != 1) _seen.Add(id);
    }

    /// <summary>Changes the logits of the tokens concerned, in single precision as the reference does.</summary>
    public void Apply(Span<float> logits)
    {
        foreach (var (id, bias) in _options.LogitBias) logits[id] += (float)bias;
        foreach (var (id, count) in _generated) logits[id] -= (float)((_options.FrequencyPenalty * count) + _options.PresencePenalty);
        var penalty = (float)_options.RepetitionPenalty;
        foreach (var id in _seen) logits[id] = Finite(logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty);
    }

    private static float Finite(float value) => Math.Clamp(value, float.MinValue, float.MaxValue);
}
