using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Rules as the SentencePiece library applies them: at each place the longest, and none within a user-defined piece.</summary>
/// <param name="map">The rules.</param>
/// <param name="userDefined">Pieces that stay as they are.</param>
internal sealed class SentencePieceCharsmap(Charsmap map, WordFinder userDefined) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var span = text.Text.Span;
        var utf8 = new byte[Encoding.UTF8.GetByteCount(span)];
        Encoding.UTF8.GetBytes(span, utf8);
        var pieces = userDefined.Starts(span, barrier: null);
        var rewriter = new CharsmapRewriter(text);
        for (var at = 0; !rewriter.IsAtEnd;)
        {
            while (pieces is [.., var passed] && passed.Start < rewriter.At)
                pieces.RemoveAt(pieces.Count - 1);
            var rest = utf8.AsSpan(at);
            if (pieces is [.., var piece] && piece.Start == rewriter.At)
            {
                at += Encoding.UTF8.GetByteCount(span.Slice(piece.Start, piece.Length));
                rewriter.Keep(piece.Length);
            }
            else if (map.TryFind(rest, longest: true, out var length, out var replacement))
            {
                at += length;
                rewriter.Replace(Encoding.UTF8.GetCharCount(rest[..length]), replacement);
            }
            else
            {
                Rune.DecodeFromUtf8(rest, out var rune, out length);
                at += length;
                rewriter.Keep(rune.Utf16SequenceLength);
            }
        }
        return rewriter.Finish();
    }
}
