using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// Continuations of a prompt that differ in their last token only: one row computes them all. Labels of one token each are one row, and nothing
/// but the prompt's own prefill.
/// </summary>
internal sealed class ScoreSequence : Sequence
{
    private readonly ScoreCollection _scores;
    private readonly int _first; // place of the first scored token
    private readonly TokenScore[] _stem;
    private int _scored;

    /// <param name="request">The request.</param>
    /// <param name="group">Which of the request's groups of continuations it is.</param>
    /// <param name="expert">The composed expert.</param>
    /// <param name="scores">Where the scores go.</param>
    public ScoreSequence(ScoringRequest request, int group, ExpertVector expert, ScoreCollection scores)
        : base(RowOf(scores, group), scores.Prompt.Length + scores.Groups[group].Stem.Length, expert)
    {
        (Request, _scores, Index) = (request, scores, group);
        _first = scores.Prompt.Length;
        _stem = new TokenScore[scores.Groups[group].Stem.Length];
    }

    public override ScoringRequest Request { get; }

    public override bool IsCancelled => _scores.IsCancelled;

    public override bool IsLate => Index == 0 && Request.Deadline is { } deadline && _scores.IsAfter(deadline);

    public override IReadOnlyList<Sequence> Siblings() =>
        Index > 0 ? [] : [.. Enumerable.Range(1, _scores.Groups.Count - 1).Select(group => new ScoreSequence(Request, group, Expert, _scores))];

    public override void Admit()
    {
        if (Index == 0) _scores.Admitted(CachedTokens);
    }

    public override FinishReason? Accept(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        // What is in the cache from there on and was not scored yet is what these logits are of.
        var vocabulary = logits.Length / (Row.Length - Row.LogitsFrom - _scored);
        for (; logits.Length > 0; logits = logits[vocabulary..])
        {
            var distribution = new Distribution(logits[..vocabulary]);
            if (_scored < _stem.Length)
            {
                _stem[_scored] = distribution.Score(Row.Tokens[_first + _scored]);
                _scored++;
                continue;
            }

            foreach (var (place, last) in _scores.Groups[Index].Ends)
                _scores.Set(place, [.. _stem, last is { } token ? distribution.Score(token) : distribution.Best(endOfAnswer)]);
            return FinishReason.Stop;
        }

        return null;
    }

    public override void Finish(FinishReason reason) => _scores.Complete();

    public override void Fail(Exception? error) => _scores.Fail(error);

    private static Row RowOf(ScoreCollection scores, int group) => new([.. scores.Prompt, .. scores.Groups[group].Stem], scores.Prompt.Length - 1);

    private readonly ref struct Distribution(ReadOnlySpan<float> logits)
    {
        private readonly ReadOnlySpan<float> _logits = logits;
        private readonly int _top = Scores.ArgMax(logits);
        private readonly double _normalizer = Math.Log(Scores.SumOfExponentials(logits, shift: Scores.Max(logits)));

        public TokenScore Score(int token) => new(token, _logits[token] - (double)_logits[_top] - _normalizer, token == _top);

        public TokenScore Best(IEnumerable<int> tokens)
        {
            TokenScore? best = null;
            foreach (var token in tokens)
            {
                if (Score(token) is var score && !(score.Logprob <= best?.Logprob)) best = score;
            }

            return best ?? throw new EngineException(EngineError.PromptNotEncodable, "The model has no token that ends an answer.");
        }
    }
}
