using System.Text;

namespace Transformer2.Tokenization;

/// <summary>SentencePiece's treatment of spaces, all but the dummy prefix: extra ones go, the others become the mark.</summary>
internal sealed class SentencePieceSpaces(char mark, bool removeExtra) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var span = text.Text.Span;
        var end = span.Length;
        // At the end the mark itself counts as a space: it is taken off after the spaces have become marks.
        while (removeExtra && end > 0 && (span[end - 1] == ' ' || span[end - 1] == mark))
            end--;
        if (text.IsAllFromUser && !removeExtra)
            return new MarkedText(text.Text.ToString().Replace(' ', mark), isFromUser: true);
        var builder = new MarkedTextBuilder();
        var afterSpace = removeExtra;
        for (var i = 0; i < end; i++)
        {
            var isSpace = span[i] == ' ';
            if (!(isSpace && afterSpace))
                builder.Append(isSpace ? new ReadOnlySpan<char>(in mark) : span.Slice(i, 1), text.IsFromUser(i));
            afterSpace = isSpace && removeExtra;
        }
        return builder.Build();
    }
}

/// <summary>SentencePiece's dummy prefix: the space before (or after) every text.</summary>
internal sealed class DummyPrefix(char mark, bool asSuffix, bool firstOnly) : IPreTokenizer
{
    public bool DropsText => false;

    public void Split(Piece piece, List<Piece> output)
    {
        if (piece.Text.IsEmpty)
            return;
        var prefixed = firstOnly && !piece.IsFirst ? piece.Text : (asSuffix ? $"{piece.Text.Span}{mark}" : $"{mark}{piece.Text.Span}").AsMemory();
        output.Add(piece with { Text = prefixed });
    }
}
