using System.Text;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>
/// Turns one sequence's tokens into text as they come. Holds back what may still become a stop text or is half a character.
/// </summary>
internal sealed class AnswerText(StreamingDetokenizer? detokenizer, IReadOnlyList<string> stop)
{
    private readonly StringBuilder _held = new();
    private readonly List<int> _ids = [];

    /// <summary>A stop text appeared: the answer is over.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes a token.</summary>
    /// <returns>The text that is now certain, or null.</returns>
    public TextDelta? Append(int id)
    {
        _ids.Add(id);
        _held.Append(detokenizer?.Append(id));
        return Release(HoldBack());
    }

    /// <summary>The rest, at the end of the answer.</summary>
    public TextDelta? Finish()
    {
        if (!Stopped)
        {
            _held.Append(detokenizer?.Flush());
            CutAtStop();
        }

        return Release(0, evenIfEmpty: true);
    }

    private TextDelta? Release(int heldBack, bool evenIfEmpty = false)
    {
        var length = _held.Length - heldBack;
        if (_ids.Count == 0 && length <= 0) return null;
        if (length <= 0 && !(evenIfEmpty && _ids.Count > 0)) return null;
        var delta = new TextDelta(_held.ToString(0, Math.Max(0, length)), _ids.ToArray());
        _held.Remove(0, Math.Max(0, length));
        _ids.Clear();
        return delta;
    }

    // How many characters at the end may be the beginning of a stop text.
    private int HoldBack()
    {
        if (CutAtStop()) return 0;
        var text = _held.ToString();
        var longest = 0;
        foreach (var candidate in stop)
        {
            for (var length = Math.Min(candidate.Length - 1, text.Length); length > longest; length--)
            {
                if (text.EndsWith(candidate[..length], StringComparison.Ordinal)) longest = length;
            }
        }

        return longest;
    }

    private bool CutAtStop()
    {
        var text = _held.ToString();
        var first = stop.Select(candidate => text.IndexOf(candidate, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        if (first < 0) return Stopped;
        _held.Length = first;
        return Stopped = true;
    }
}
