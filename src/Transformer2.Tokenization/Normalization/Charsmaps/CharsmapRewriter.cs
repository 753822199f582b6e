using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Goes through a text with rules: from where it is, a stretch stays as it is or is replaced.</summary>
/// <param name="source">The text.</param>
internal sealed class CharsmapRewriter(MarkedText source)
{
    private readonly MarkedTextBuilder _output = new();
    private int _kept;

    /// <summary>Where it is, in UTF-16 units.</summary>
    public int At { get; private set; }

    public bool IsAtEnd => At >= source.Length;

    /// <summary>Goes on and keeps what it passes.</summary>
    public void Keep(int length) => At += length;

    /// <summary>Goes on and puts something in the place of what it passes; it is the user's if any of that is.</summary>
    public void Replace(int length, ReadOnlySpan<byte> replacement)
    {
        _output.Append(source.Slice(_kept, At - _kept));
        _output.Append(Encoding.UTF8.GetString(replacement), source.AnyFromUser(At, length));
        Growth.Check(source.Length, _output.Length);
        At += length;
        _kept = At;
    }

    /// <summary>The whole text, when it is at the end.</summary>
    public MarkedText Finish()
    {
        if (_kept == 0)
            return source;
        _output.Append(source.Slice(_kept, source.Length - _kept));
        return _output.Build();
    }
}
