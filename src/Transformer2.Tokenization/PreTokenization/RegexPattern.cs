using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Transformer2.Tokenization;

/// <summary>
/// A regular expression that works on code points. .NET's works on UTF-16 units and knows no letters beyond U+FFFF; so the text is
/// projected to one unit per code point, in which a private-use character stands for every code point beyond U+FFFF (and for the
/// private-use ones) of a general category, and <see cref="RegexTranslator"/> makes the pattern's classes contain these characters.
/// </summary>
internal sealed class RegexPattern : IPattern
{
    /// <summary>Stands for category 0; the others follow.</summary>
    internal const char FirstStandIn = '\uE000';

    // Of a single match, which may backtrack without end. Generous: patterns of real tokenizers are linear.
    private static readonly TimeSpan KnownTimeout = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(2);
    private readonly Regex _regex;
    private readonly bool _isKnown;

    public RegexPattern(string pattern)
    {
        _isKnown = KnownPatterns.Contain(pattern);
        var translated = new RegexTranslator(pattern).Translate();
        try
        {
            _regex = new Regex(translated, RegexOptions.Compiled | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, _isKnown ? KnownTimeout : Timeout);
        }
        catch (ArgumentException e)
        {
            throw new TokenizerException($"The tokenizer's regular expression is not valid: {pattern}", e);
        }
    }

    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text)
    {
        var standIn = text.IndexOfAnyInRange('\uD800', '\uF8FF');
        if (standIn < 0)
            return Find(text);
        var projected = new char[text.Length];
        var offsets = new int[text.Length + 1];
        var count = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            offsets[count] = at;
            projected[count++] = rune.IsBmp && rune.Value is < 0xE000 or > 0xF8FF and < 0x10000 ? (char)rune.Value : StandIn(rune);
            at += rune.Utf16SequenceLength;
        }
        offsets[count] = at;
        var matches = Find(projected.AsSpan(0, count));
        for (var i = 0; i < matches.Count; i++)
        {
            var (start, length) = matches[i];
            matches[i] = (offsets[start], offsets[start + length] - offsets[start]);
        }
        return matches;
    }

    private static char StandIn(Rune rune) => (char)(FirstStandIn + (int)Rune.GetUnicodeCategory(rune));

    private List<(int Start, int Length)> Find(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        var time = MatchingTime.Start(text.Length);
        try
        {
            foreach (var match in _regex.EnumerateMatches(text))
            {
                if (!_isKnown)
                    time.Check();
                if (match.Length > 0)
                    matches.Add((match.Index, match.Length));
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw MatchingTime.TooLong(e);
        }
        return matches;
    }
}
