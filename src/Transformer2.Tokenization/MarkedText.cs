namespace Transformer2.Tokenization;

/// <summary>A text that knows for each character whether it came from the user.</summary>
internal readonly struct MarkedText
{
    private readonly bool[]? _marks;
    private readonly int _offset;
    private readonly bool _uniform;

    private MarkedText(ReadOnlyMemory<char> text, bool[]? marks, int offset, bool uniform)
    {
        Text = text;
        _marks = marks;
        _offset = offset;
        _uniform = uniform;
    }

    public MarkedText(string text, bool isFromUser)
        : this(text.AsMemory(), null, 0, isFromUser)
    {
    }

    public ReadOnlyMemory<char> Text { get; }

    /// <summary>All of it is from the user, so that no special token can be in it.</summary>
    public bool IsAllFromUser => _marks is null && _uniform;

    public int Length => Text.Length;

    public static MarkedText Join(IReadOnlyList<TextSegment> segments)
    {
        if (segments.Count > 0 && segments.All(s => s.IsFromUser == segments[0].IsFromUser))
            return new MarkedText(WellFormed(string.Concat(segments.Select(s => s.Text))), segments[0].IsFromUser);
        var builder = new MarkedTextBuilder();
        foreach (var segment in segments)
            builder.Append(segment.Text, segment.IsFromUser);
        return builder.Build();
    }

    /// <summary>Puts U+FFFD in place of every unpaired surrogate; the length stays.</summary>
    internal static string WellFormed(string text)
    {
        char[]? repaired = null;
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                (repaired ??= text.ToCharArray())[i] = '\uFFFD';
        }
        return repaired is null ? text : new string(repaired);
    }

    public bool IsFromUser(int index) => _marks is null ? _uniform : _marks[_offset + index];

    public bool AnyFromUser(int start, int length) =>
        _marks is null ? _uniform && length > 0 : _marks.AsSpan(_offset + start, length).Contains(true);

    public MarkedText Slice(int start, int length) => new(Text.Slice(start, length), _marks, _offset + start, _uniform);

    internal static MarkedText Of(string text, bool[] marks) => new(text.AsMemory(), marks, 0, false);
}
