using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Collects a <see cref="MarkedText"/>.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder text = new();
    private bool[] marks = new bool[64];

    public void Append(ReadOnlySpan<char> part, bool isFromUser)
    {
        var start = Grow(part);
        marks.AsSpan(start, part.Length).Fill(isFromUser);
    }

    public void Append(MarkedText part)
    {
        var start = Grow(part.Text.Span);
        for (var i = 0; i < part.Length; i++)
            marks[start + i] = part.IsFromUser(i);
    }

    public MarkedText Build() => MarkedText.Of(MarkedText.WellFormed(text.ToString()), marks);

    private int Grow(ReadOnlySpan<char> part)
    {
        var start = text.Length;
        text.Append(part);
        if (text.Length > marks.Length)
            Array.Resize(ref marks, Math.Max(text.Length, marks.Length * 2));
        return start;
    }
}
