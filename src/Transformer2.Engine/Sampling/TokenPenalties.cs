using System.Runtime.InteropServices;

namespace Transformer2.Engine;

/// <summary>
/// What one sequence's options and tokens change in its logits: bias, then the frequency and presence penalties of OpenAI's API over the
/// generated tokens, then the repetition penalty of CTRL (arXiv 1909.05858) over prompt and answer.
/// </summary>
internal sealed class TokenPenalties
{
    private readonly SamplingOptions _options;
    private readonly KeyValuePair<int, float>[] _bias;
    private readonly HashSet<int> _prompt; // shared by the answers of a request
    private readonly HashSet<int> _seen = []; // in the answer, and not in the prompt
    private readonly Dictionary<int, int> _generated = [];

    public TokenPenalties(SamplingOptions options, ReadOnlySpan<int> prompt)
        : this(options, [.. options.LogitBias.Select(bias => KeyValuePair.Create(bias.Key, (float)bias.Value))], [])
    {
        if (options.RepetitionPenalty == 1) return;
        foreach (var id in prompt) _prompt.Add(id);
    }

    private TokenPenalties(SamplingOptions options, KeyValuePair<int, float>[] bias, HashSet<int> prompt) =>
        (_options, _bias, _prompt) = (options, bias, prompt);

    /// <summary>Those of another answer to the same prompt, before its first token.</summary>
    public TokenPenalties Sibling() => new(_options, _bias, _prompt);

    /// <summary>Counts a generated token.</summary>
    public void Count(int id)
    {
        if (_options.FrequencyPenalty != 0 || _options.PresencePenalty != 0) CollectionsMarshal.GetValueRefOrAddDefault(_generated, id, out _)++;
        if (_options.RepetitionPenalty != 1 && !_prompt.Contains(id)) _seen.Add(id);
    }

    /// <summary>Changes the logits of the tokens concerned, in single precision as the reference does.</summary>
    public void Apply(Span<float> logits)
    {
        foreach (var (id, bias) in _bias) logits[id] += bias;
        foreach (var (id, count) in _generated) logits[id] -= (float)((_options.FrequencyPenalty * count) + _options.PresencePenalty);
        Repeated(logits, _prompt);
        Repeated(logits, _seen);
    }

    private void Repeated(Span<float> logits, HashSet<int> tokens)
    {
        var penalty = (float)_options.RepetitionPenalty;
        foreach (var id in tokens) logits[id] = Finite(logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty);
    }

    private static float Finite(float value) => Math.Clamp(value, float.MinValue, float.MaxValue);
}
