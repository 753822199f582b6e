using System.Text.RegularExpressions;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>Finds numbers in prose.</summary>
internal static partial class Numbers
{
    private const string Mark = "####";

    /// <summary>
    /// The last number of a text, behind the last <c>####</c> if there is one (GSM8K's form). It may have a sign, a currency, separators of thousands,
    /// a power of ten, a percent sign, and be a fraction or a mixed number. A minus behind a digit, letter or bracket is a subtraction or a hyphen.
    /// </summary>
    /// <returns>The text that it has, and its value; a percent sign does not count. Null when there is none.</returns>
    public static (string Text, Rational Value)? Last(string text)
    {
        text = Texts.Tail(text);
        if (text.LastIndexOf(Mark, StringComparison.Ordinal) is >= 0 and var mark && Find(text[(mark + Mark.Length)..]) is { } marked) return marked;
        return Find(text);
    }

    private static (string Text, Rational Value)? Find(string text)
    {
        (string, Rational)? last = null;
        foreach (Match match in Pattern().Matches(text))
        {
            if (Value(match, text) is { } value) last = (match.Value.Trim(), value);
        }

        return last;
    }

    private static Rational? Value(Match match, string text)
    {
        if (Rational.Parse(match.Groups["a"].Value) is not { } value) return null;
        if (match.Groups["b"] is { Success: true } b)
        {
            // a/b, or a b/c
            if (Rational.Parse(b.Value) is not { } bottom) return null;
            if (match.Groups["n"] is { Success: true } n)
            {
                if (Rational.Parse(n.Value)?.Over(bottom) is not { } part) return null;
                value = value.Plus(part);
            }
            else if (value.Over(bottom) is { } fraction)
            {
                value = fraction;
            }
            else
            {
                return null;
            }
        }

        var sign = match.Groups["s"];
        var subtraction = sign.Success && sign.Index > 0 && (char.IsLetterOrDigit(text[sign.Index - 1]) || text[sign.Index - 1] is ')' or ']');
        return sign.Success && sign.Value != "+" && !subtraction ? value.Negated() : value;
    }

    // Thousands first: "1,080" is one number, "1,2" are two. "1/2/2024" is a date: what follows a slash is no fraction's start.
    private const string Plain = @"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)";

    [GeneratedRegex(
        @"(?<s>[-+\u2212](?=[ ]?[$€£¥]?\.?\d))?(?:\\?[$€£¥][ ]?)?(?<a>" + Plain + @"(?:[eE][-+]?\d{1,3}(?![\w]))?)(?:[ ](?<n>\d{1,9})/(?<b>\d{1,9})(?![\d/])|/(?<b>\d{1,9})(?![\d/]))?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 2000)]
    private static partial Regex Pattern();
}
