using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Collects a <see cref="MarkedText"/>.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder _text = new();
    private bool[] _marks = new bool[64];

    public int Length => _text.Length;

    public void Append(ReadOnlySpan<char> part, bool isFromUser)
    {
        var start = Grow(part);
        _marks.AsSpan(start, part.Length).Fill(isFromUser);
    }

    public void Append(MarkedText part)
    {
        var start = Grow(part.Text.Span);
        for (var i = 0; i < part.Length; i++)
            _marks[start + i] = part.IsFromUser(i);
    }

    public MarkedText Build() => MarkedText.Of(MarkedText.WellFormed(_text.ToString()), _marks);

    private int Grow(ReadOnlySpan<char> part)
    {
        var start = _text.Length;
        _text.Append(part);
        if (_text.Length > _marks.Length)
            Array.Resize(ref _marks, Math.Max(_text.Length, _marks.Length * 2));
        return start;
    }
}
