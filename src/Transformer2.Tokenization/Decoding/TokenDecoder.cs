using System.Text;

namespace Transformer2.Tokenization;

/// <summary>How the spelling of a token becomes bytes of text.</summary>
/// <param name="ByteLevel">The spelling is in <see cref="ByteAlphabet"/>.</param>
/// <param name="Replacements">Replacements in the spelling, in order.</param>
/// <param name="ByteFallback">A spelling such as <c>&lt;0x0A&gt;</c> is that byte.</param>
/// <param name="LeadingSpacesToDrop">Spaces at the start of the whole text that are not part of it.</param>
internal sealed record TokenDecoder(
    bool ByteLevel, IReadOnlyList<(IPattern Pattern, string Content)> Replacements, bool ByteFallback, int LeadingSpacesToDrop)
    : ITokenDecoder
{
    public TokenBytes Bytes(string spelling, int id, bool isAdded)
    {
        if (ByteLevel)
            return new(!isAdded && TrySpelled(spelling, out var spelled) ? spelled : Encoding.UTF8.GetBytes(spelling), IsSingleByte: false);
        var length = spelling.Length;
        foreach (var (pattern, content) in Replacements)
        {
            spelling = new ReplaceNormalizer(pattern, content).Normalize(new MarkedText(spelling, isFromUser: true)).Text.ToString();
            Growth.Check(length, spelling.Length);
        }
        return ByteFallback && TryByte(spelling, out var value)
            ? new(new[] { value }, IsSingleByte: true)
            : new(Encoding.UTF8.GetBytes(spelling), IsSingleByte: false);
    }

    public StreamingDetokenizer Stream(Func<int, TokenBytes> bytesOf) => new(bytesOf, LeadingSpacesToDrop, Encoding.UTF8);

    private static bool TrySpelled(string spelling, out byte[] bytes)
    {
        bytes = new byte[spelling.Length];
        for (var i = 0; i < spelling.Length; i++)
        {
            if (!ByteAlphabet.TryGetByte(spelling[i], out bytes[i]))
                return false;
        }
        return true;
    }

    private static bool TryByte(string spelling, out byte value)
    {
        value = 0;
        return spelling is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(spelling.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }
}
