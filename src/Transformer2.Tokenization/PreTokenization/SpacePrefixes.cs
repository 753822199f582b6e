namespace Transformer2.Tokenization;

/// <summary>Puts a space in front of every word that has none.</summary>
internal sealed class SpacePrefix : IPreTokenizer
{
    public bool DropsText => false;

    public void Split(Piece piece, List<Piece> output) =>
        output.Add(piece.Text.Span is [' ', ..] ? piece : piece with { Text = $" {piece.Text.Span}".AsMemory() });
}

/// <summary>Which texts SentencePiece's space mark is put in front of.</summary>
internal enum PrependScheme
{
    /// <summary>All.</summary>
    Always,

    /// <summary>The part that the whole text starts with.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>Writes spaces as SentencePiece's mark and puts one in front.</summary>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme scheme, bool split) : IPreTokenizer
{
    private readonly SplitPreTokenizer _splitter = new(new LiteralPattern(mark.ToString()), SplitBehavior.MergedWithNext);

    public bool DropsText => false;

    public void Split(Piece piece, List<Piece> output)
    {
        var text = piece.Text.ToString().Replace(' ', mark);
        if (!text.StartsWith(mark) && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.IsFirst)))
            text = mark + text;
        var marked = piece with { Text = text.AsMemory() };
        if (split)
            _splitter.Split(marked, output);
        else
            output.Add(marked);
    }
}
