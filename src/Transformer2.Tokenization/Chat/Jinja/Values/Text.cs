using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// A string that knows which of its characters came from the caller. All string values of a template are of this type, so that where
/// text is from survives joining, cutting and replacing. Immutable.
/// </summary>
internal sealed class Text : IEquatable<Text>
{
    /// <summary>Most UTF-16 units that one string may have.</summary>
    public const int MaxLength = 32 << 20;

    // What the objects of a segment take, in characters made.
    private const int Cost = 48;

    private readonly TextSegment[] _segments;
    private readonly int[] _starts;
    private string? _value;

    internal Text(TextSegment[] segments)
    {
        Work.Spend(Cost * Math.Max(segments.Length, 1));
        _segments = segments;
        // Of a single segment, which most texts are, it is known.
        _starts = segments.Length > 1 ? new int[segments.Length] : [];
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments.Length > 1)
                _starts[i] = Length;
            Length += segments[i].Text.Length;
        }
    }

    public static Text Empty { get; } = new([]);

    public int Length { get; }

    /// <summary>Whether it is marked as HTML, by <c>safe</c> or <c>escape</c>, so that it is not escaped again.</summary>
    public bool IsMarkup { get; private init; }

    public IReadOnlyList<TextSegment> Segments => _segments;

    public string Value => _value ??= _segments.Length == 1 ? _segments[0].Text : Joined();

    public bool AnyFromUser
    {
        get
        {
            Work.Spend(_segments.Length);
            return Array.Exists(_segments, s => s.IsFromUser);
        }
    }


    public static Text Of(string text, bool isFromUser = false)
    {
        Work.Spend(text.Length);
        return text.Length == 0 ? Empty : new([new TextSegment(text, isFromUser)]);
    }

    public static Text Concat(IEnumerable<Text> parts)
    {
        var builder = new TextBuilder();
        foreach (var part in parts)
            builder.Append(part);
        return builder.Build();
    }

    public static Text Join(Text separator, IEnumerable<Text> parts)
    {
        var builder = new TextBuilder();
        var isFirst = true;
        foreach (var part in parts)
        {
            if (!isFirst)
                builder.Append(separator);
            builder.Append(part);
            isFirst = false;
        }
        return builder.Build();
    }

    /// <summary>The same text, marked as HTML.</summary>
    public Text AsMarkup() => IsMarkup ? this : new(_segments) { IsMarkup = true };

    /// <summary>The same text so many times.</summary>
    public Text Repeat(long times)
    {
        var length = Length * Math.Clamp(times, 0, MaxLength + 1L);
        if (length > MaxLength)
            throw TooLong();
        if (_segments.Length != 1)
            return Concat(Enumerable.Repeat(this, length == 0 ? 0 : (int)times));
        Work.Spend(length);
        return Of(new StringBuilder((int)length).Insert(0, Value, (int)Math.Max(times, 0)).ToString(), _segments[0].IsFromUser);
    }

    public static ChatTemplateException TooLong() => new($"The chat template makes a text of more than {MaxLength} characters.");

    /// <summary>A part, in UTF-16 units.</summary>
    public Text Slice(int start, int length) => length == Length ? this
        : IsMarkup ? Cut(start, length).AsMarkup()
        : Cut(start, length);

    private Text Cut(int start, int length)
    {
        if (_segments.Length == 1)
            return Of(_segments[0].Text.Substring(start, length), _segments[0].IsFromUser);
        var builder = new TextBuilder();
        // Searched for, as a text may be cut into as many parts as it has segments.
        var at = Array.BinarySearch(_starts, start) is >= 0 and var exact ? exact : ~Array.BinarySearch(_starts, start) - 1;
        for (; length > 0; at++)
        {
            var segment = _segments[at];
            var from = start - _starts[at];
            var taken = Math.Min(length, segment.Text.Length - from);
            builder.Append(segment.Text.AsSpan(from, taken), segment.IsFromUser);
            start += taken;
            length -= taken;
        }
        return builder.Build();
    }

    /// <summary>The same provenance with other characters, unit for unit.</summary>
    public Text Rewrite(string text)
    {
        Work.Spend(2L * Length);
        var rewritten = new TextSegment[_segments.Length];
        var offset = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            rewritten[i] = _segments[i] with { Text = text.Substring(offset, _segments[i].Text.Length) };
            offset += _segments[i].Text.Length;
        }
        return new(rewritten);
    }

    public bool Equals(Text? other)
    {
        if (other is null || Length != other.Length)
            return false;
        Work.Read(Length);
        return Value == other.Value;
    }

    public override bool Equals(object? obj) => Equals(obj as Text);

    public override int GetHashCode()
    {
        Work.Spend(Length);
        return Value.GetHashCode(StringComparison.Ordinal);
    }

    public override string ToString() => Value;

    private string Joined()
    {
        Work.Spend(Length);
        return string.Concat(_segments.Select(s => s.Text));
    }
}
