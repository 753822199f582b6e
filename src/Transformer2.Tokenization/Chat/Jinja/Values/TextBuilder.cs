using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Collects a <see cref="Text"/>, neighbours of the same origin in one segment.</summary>
internal sealed class TextBuilder
{
    /// <summary>What adding a part takes besides its characters, in characters made.</summary>
    public const int Cost = 4;

    private readonly List<TextSegment> _segments = [];
    private readonly StringBuilder _current = new();
    private bool _currentIsFromUser;
    private long _length;

    public void Append(Text text)
    {
        Work.Spend(Cost);
        foreach (var segment in text.Segments)
            Append(segment.Text, segment.IsFromUser);
    }

    public void Append(ReadOnlySpan<char> text, bool isFromUser)
    {
        if (text.IsEmpty)
            return;
        _length += text.Length;
        if (_length > Text.MaxLength)
            throw Text.TooLong();
        Work.Spend(text.Length + Cost);
        if (isFromUser != _currentIsFromUser)
            EndSegment();
        _currentIsFromUser = isFromUser;
        _current.Append(text);
    }

    public Text Build()
    {
        EndSegment();
        return _segments.Count == 0 ? Text.Empty : new Text([.. _segments]);
    }

    private void EndSegment()
    {
        if (_current.Length > 0)
            _segments.Add(new TextSegment(_current.ToString(), _currentIsFromUser));
        _current.Clear();
    }
}
