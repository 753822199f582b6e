using System.Text;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>
/// Turns one answer's tokens into text as they come, in time that is linear in the text. Holds back what may still become a stop text or is half a
/// character. Of several stop texts the one that is complete first ends the answer, the longest of those; so it does not matter how the text was split.
/// </summary>
/// <param name="tokenizer">Null gives no text.</param>
/// <param name="stop">What ends the answer.</param>
/// <param name="minTokens">A stop text that is complete before so many tokens is part of the answer.</param>
internal sealed class AnswerText(ITokenizer? tokenizer, IReadOnlyList<StopText> stop, int minTokens)
{
    // Tokens without text must not pile up to more than a message may hold.
    private const int MostHeldTokens = 64;

    private readonly StreamingDetokenizer? _detokenizer = tokenizer?.CreateDetokenizer();
    private readonly StringBuilder _held = new();
    private readonly int[] _matched = new int[stop.Count];
    private readonly List<int> _ids = [];
    private readonly List<TokenLogprobs> _logprobs = [];
    private int _tokens;

    /// <summary>A stop text appeared: the answer is over.</summary>
    public bool Stopped { get; private set; }

    /// <summary>The text of another answer to the same prompt, before its first token.</summary>
    public AnswerText Sibling() => new(tokenizer, stop, minTokens);

    /// <summary>What a token stands for by itself.</summary>
    public string TextOf(int id) => tokenizer?.TextOf(id) ?? "";

    /// <summary>Takes a token.</summary>
    /// <returns>The text that is now certain, or null.</returns>
    public TextDelta? Append(int id, TokenLogprobs? logprobs = null)
    {
        _ids.Add(id);
        if (logprobs is not null) _logprobs.Add(logprobs);
        _tokens++;
        Read(_detokenizer?.Append(id));
        return Release(heldBack: Stopped || stop.Count == 0 ? 0 : _matched.Max(), MostHeldTokens);
    }

    /// <summary>The rest, at the end of the answer.</summary>
    public TextDelta? Finish()
    {
        if (!Stopped) Read(_detokenizer?.Flush());
        return Release(heldBack: 0, mostTokens: 1);
    }

    private void Read(string? text)
    {
        foreach (var character in text ?? "")
        {
            _held.Append(character);
            var found = 0;
            for (var i = 0; i < stop.Count; i++)
            {
                if (stop[i].Advance(ref _matched[i], character) && _tokens >= minTokens) found = Math.Max(found, stop[i].Length);
            }

            if (found == 0) continue;
            _held.Length -= found;
            Stopped = true;
            return;
        }
    }

    private TextDelta? Release(int heldBack, int mostTokens)
    {
        var length = _held.Length - heldBack;
        if (length == 0 && _ids.Count < mostTokens) return null;
        var delta = new TextDelta(_held.ToString(0, length), _ids.ToArray()) { Logprobs = _logprobs.ToArray() };
        _held.Remove(0, length);
        _ids.Clear();
        _logprobs.Clear();
        return delta;
    }
}
