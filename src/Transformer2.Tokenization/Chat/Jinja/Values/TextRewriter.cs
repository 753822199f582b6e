namespace Transformer2.Tokenization.Jinja;

/// <summary>Makes a text from another, going forward through it; what replaces a part is from where the part is from.</summary>
internal sealed class TextRewriter(Text source)
{
    private readonly TextBuilder _made = new();
    private int _segment;
    private int _offset;

    /// <summary>Keeps a part, in UTF-16 units.</summary>
    public void Copy(int length)
    {
        foreach (var (part, isFromUser) in Take(length))
            _made.Append(part.Span, isFromUser);
    }

    /// <summary>Puts something in the place of a part. Where the part is only partly the user's, it counts as the user's.</summary>
    public void Replace(int length, ReadOnlySpan<char> replacement)
    {
        var isFromUser = false;
        foreach (var part in Take(length))
            isFromUser |= part.IsFromUser;
        _made.Append(replacement, isFromUser);
    }

    /// <summary>Adds what has no counterpart in the source.</summary>
    public void Insert(Text text) => _made.Append(text);

    public Text Build() => _made.Build();

    private IEnumerable<(ReadOnlyMemory<char> Part, bool IsFromUser)> Take(int length)
    {
        while (length > 0)
        {
            var segment = source.Segments[_segment];
            var taken = Math.Min(length, segment.Text.Length - _offset);
            yield return (segment.Text.AsMemory(_offset, taken), segment.IsFromUser);
            length -= taken;
            _offset += taken;
            if (_offset < segment.Text.Length)
                continue;
            _segment++;
            _offset = 0;
        }
    }
}
