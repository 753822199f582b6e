using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Rules as <c>tokenizers</c> applies them (<c>Precompiled</c>): a short grapheme cluster that begins with a key is replaced as a whole by
/// what belongs to its shortest key; of any other cluster, each character that is a key.
/// </summary>
internal sealed class PrecompiledNormalizer(Charsmap map) : INormalizer
{
    private const int LongClusterBytes = 6;

    public MarkedText Normalize(MarkedText text)
    {
        var rewriter = new CharsmapRewriter(text);
        Span<byte> utf8 = stackalloc byte[LongClusterBytes];
        while (!rewriter.IsAtEnd)
        {
            var rest = text.Text.Span[rewriter.At..];
            var cluster = rest[..StringInfo.GetNextTextElementLength(rest)];
            if (Encoding.UTF8.TryGetBytes(cluster, utf8, out var length) && length < LongClusterBytes
                && map.TryFind(utf8[..length], longest: false, out _, out var replacement))
            {
                rewriter.Replace(cluster.Length, replacement);
                continue;
            }
            foreach (var rune in cluster.EnumerateRunes())
            {
                if (map.TryFind(utf8[..rune.EncodeToUtf8(utf8)], longest: false, out _, out replacement))
                    rewriter.Replace(rune.Utf16SequenceLength, replacement);
                else
                    rewriter.Keep(rune.Utf16SequenceLength);
            }
        }
        return rewriter.Finish();
    }
}
