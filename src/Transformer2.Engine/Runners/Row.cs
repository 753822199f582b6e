namespace Transformer2.Engine;

/// <summary>A running sequence as a model runner sees it: its tokens, what of them is in the KV cache and where, and its expert.</summary>
/// <param name="prompt">Tokens that are given.</param>
/// <param name="logitsFrom">The first position after which logits are wanted; null is the prompt's last one.</param>
internal sealed class Row(IReadOnlyCollection<int> prompt, int? logitsFrom = null)
{
    /// <summary>The prompt, then the answer.</summary>
    public List<int> Tokens { get; } = [.. prompt];

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; } = prompt.Count;

    /// <summary>Logits are wanted after the token of this place and after all later ones.</summary>
    public int LogitsFrom { get; } = logitsFrom ?? (prompt.Count - 1);

    /// <summary>How many of the tokens are in the cache.</summary>
    public int Length { get; set; }

    /// <summary>Its blocks of the cache, in order.</summary>
    public List<int> Blocks { get; } = [];

    /// <summary>Its expert; null is the base model.</summary>
    public ResidentExpert? Expert { get; set; }

    /// <summary>Tokens that are not in the cache yet: 1 while it decodes.</summary>
    public int Remaining => Tokens.Count - Length;
}

/// <summary>What a step computes of one row: its next tokens.</summary>
/// <param name="Row">The row.</param>
/// <param name="Count">How many tokens go into the cache, from <see cref="Row.Length"/> on.</param>
internal readonly record struct Piece(Row Row, int Count)
{
    /// <summary>After how many of its tokens, the last ones, logits are wanted.</summary>
    public int Wanted => Math.Clamp(Row.Length + Count - Row.LogitsFrom, 0, Count);

    /// <summary>
    /// The length that dynamic rotary scaling takes: a prompt in pieces computes what it computes at once, an answer's token what its own position asks.
    /// </summary>
    public int RotaryLength(int position) => Math.Max(Row.PromptLength, position + 1);
}
