namespace Transformer2.Tokenization.Jinja;

/// <summary>Makes a text from another, going forward through it; what replaces a part is from where the part is from.</summary>
internal sealed class TextRewriter(Text source)
{
    /// <summary>What going through a text character by character takes for each of them, in characters made.</summary>
    public const long CharacterCost = 24;

    private readonly TextBuilder _made = new();
    private int _segment;
    private int _offset;

    /// <summary>Keeps a part, in UTF-16 units.</summary>
    public void Copy(int length)
    {
        while (Take(ref length, out var isFromUser) is { IsEmpty: false } part)
            _made.Append(part, isFromUser);
    }

    /// <summary>Puts something in the place of a part. Where the part is only partly the user's, it counts as the user's.</summary>
    public void Replace(int length, ReadOnlySpan<char> replacement)
    {
        var anyFromUser = false;
        while (Take(ref length, out var isFromUser) is { IsEmpty: false })
            anyFromUser |= isFromUser;
        _made.Append(replacement, anyFromUser);
    }

    /// <summary>Adds what has no counterpart in the source.</summary>
    public void Insert(Text text) => _made.Append(text);

    public Text Build() => _made.Build();

    /// <summary>Takes as much of a length as one segment has; nothing when no length is left.</summary>
    private ReadOnlySpan<char> Take(ref int length, out bool isFromUser)
    {
        Work.Spend(TextBuilder.Cost);
        isFromUser = false;
        if (length == 0)
            return [];
        var segment = source.Segments[_segment];
        var taken = Math.Min(length, segment.Text.Length - _offset);
        var part = segment.Text.AsSpan(_offset, taken);
        isFromUser = segment.IsFromUser;
        length -= taken;
        _offset += taken;
        if (_offset == segment.Text.Length)
            (_segment, _offset) = (_segment + 1, 0);
        return part;
    }
}
