using System.Text;

namespace Transformer2.Tokenization;

/// <summary>A step in which a decoder rewrites the spelling of a token.</summary>
/// <param name="spelling">The spelling so far.</param>
/// <param name="isFirst">Whether the token is the first of the text.</param>
internal delegate string SpellingStep(string spelling, bool isFirst);

/// <summary>How the spelling of a token becomes bytes of text.</summary>
internal sealed record TokenDecoder : ITokenDecoder
{
    /// <summary>The spelling is in <see cref="ByteAlphabet"/>.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>What becomes of the spelling, in order.</summary>
    public IReadOnlyList<SpellingStep> Steps { get; init; } = [];

    /// <summary>A spelling such as <c>&lt;0x0A&gt;</c> is that byte.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>What is taken off the whole text.</summary>
    public EndTrim Trim { get; init; }

    public TokenBytes Bytes(string spelling, int id, bool isAdded)
    {
        if (ByteLevel)
            return new(!isAdded && TrySpelled(spelling, out var spelled) ? spelled : Encoding.UTF8.GetBytes(spelling), IsSingleByte: false);
        var (usual, first) = (Rewrite(spelling, isFirst: false), Rewrite(spelling, isFirst: true));
        var token = new TokenBytes(Bytes(usual, out var isSingleByte), isSingleByte);
        return first == usual ? token : token with { AtStart = Bytes(first, out _) };
    }

    public StreamingDetokenizer Stream(Func<int, TokenBytes?> bytesOf)
    {
        var isFirst = true;
        return new StreamingDetokenizer(Next, Trim, Encoding.UTF8);

        TokenBytes Next(int id)
        {
            if (bytesOf(id) is not { } token)
                return default;
            var bytes = isFirst && token.AtStart is { } start ? start : token.Bytes;
            isFirst = false;
            return token with { Bytes = bytes };
        }
    }

    private string Rewrite(string spelling, bool isFirst)
    {
        var length = spelling.Length;
        foreach (var step in Steps)
        {
            spelling = step(spelling, isFirst);
            Growth.Check(length, spelling.Length);
        }
        return spelling;
    }

    private byte[] Bytes(string spelling, out bool isSingleByte)
    {
        var value = (byte)0;
        isSingleByte = ByteFallback && spelling is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(spelling.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
        return isSingleByte ? [value] : Encoding.UTF8.GetBytes(spelling);
    }

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
}
