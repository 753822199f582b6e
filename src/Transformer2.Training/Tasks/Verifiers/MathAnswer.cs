using System.Globalization;
using System.Text;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// Finds and normalises answers of MATH as its authors do (Hendrycks et al., "Measuring Mathematical Problem Solving With the MATH Dataset", 2021;
/// github.com/hendrycks/math, modeling/math_equivalence.py and dataset/util.py), step by step, their oddities included: results are compared with published ones.
/// </summary>
internal static class MathAnswer
{
    /// <summary>The content of the last <c>\boxed</c> or <c>\fbox</c> of a text; null when there is none, or it does not end.</summary>
    public static string? Boxed(string text)
    {
        text = Texts.Tail(text);
        var boxed = text.LastIndexOf("\\boxed", StringComparison.Ordinal);
        var start = boxed >= 0 ? boxed : text.LastIndexOf("\\fbox", StringComparison.Ordinal);
        if (start < 0) return null;
        var depth = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                depth++;
            }
            else if (text[i] == '}' && --depth == 0)
            {
                var open = text.IndexOf('{', start);
                return text[(open + 1)..i];
            }
            else if (depth == 0 && text[i] is '\n' or '$')
            {
                // "\boxed 5$": one token without braces, which occurs in the data.
                return Unbraced(text[start..i]);
            }
        }

        return depth == 0 ? Unbraced(text[start..]) : null;

        static string? Unbraced(string command) => command.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space && command[(space + 1)..].Trim() is { Length: > 0 } content ? content : null;
    }

    /// <summary>Whether two answers are the same by the authors' rules.</summary>
    public static bool Same(string left, string right) =>
        Normalise(left) is { } one && Normalise(right) is { } other ? one == other : left == right; // where theirs fails, they compare as it is

    /// <summary>The normalised form; null where the authors' function fails.</summary>
    public static string? Normalise(string text)
    {
        var form = new StringBuilder(text)
            .Replace("\n", "").Replace("\\!", "").Replace("\\\\", "\\").Replace("tfrac", "frac").Replace("dfrac", "frac")
            .Replace("\\left", "").Replace("\\right", "").Replace("^{\\circ}", "").Replace("^\\circ", "").Replace("\\$", "").ToString();

        // Units on the right; nothing behind a second one is expected.
        var parts = form.Split("\\text{ ");
        if (parts.Length > 2) return null;
        form = parts[0].Replace("\\%", "", StringComparison.Ordinal).Replace(" .", " 0.", StringComparison.Ordinal).Replace("{.", "{0.", StringComparison.Ordinal);
        if (form.Length == 0) return form;
        if (form[0] == '.') form = "0" + form;
        if (form.Split('=') is [{ Length: <= 2 }, var value]) form = value; // "x = 5"
        if (BraceRoots(form) is not { } roots) return null;
        form = BraceFractions(roots.Replace(" ", "", StringComparison.Ordinal));
        if (form == "0.5") form = "\\frac{1}{2}";
        return SlashToFraction(form);
    }

    /// <summary>The value of a plain number or fraction; null when it is anything else.</summary>
    public static Rational? Value(string normalised)
    {
        var text = normalised.Replace("\\!", "", StringComparison.Ordinal).Replace("{,}", ",", StringComparison.Ordinal).Trim('$');
        var negative = text.StartsWith('-');
        if (negative || text.StartsWith('+')) text = text[1..];
        Rational? value;
        if (text.StartsWith("\\frac{", StringComparison.Ordinal) && text.EndsWith('}') && text[6..^1].Split("}{") is [var top, var bottom])
            value = Plain(top) is { } over && Plain(bottom) is { } under ? over.Over(under) : null;
        else
            value = text.Split('/') is [var left, var right] ? (Plain(left) is { } dividend && Plain(right) is { } divisor ? dividend.Over(divisor) : null) : Plain(text);
        return negative ? value?.Negated() : value;

        // Commas separate thousands, or else the text is a list.
        static Rational? Plain(string text) => text.Length > 0 && text.All(character => char.IsAsciiDigit(character) || character is ',' or '.')
            && (!text.Contains(',', StringComparison.Ordinal) || text.Split('.')[0].Split(',') is [{ Length: >= 1 and <= 3 }, .. var groups] && groups.All(group => group.Length == 3) && !text.Contains('.', StringComparison.Ordinal))
            && text.Count(character => character == '.') <= 1 && text != "."
            ? Rational.Parse(text)
            : null;
    }

    private static string? BraceRoots(string text)
    {
        if (!text.Contains("\\sqrt", StringComparison.Ordinal)) return text;
        var parts = text.Split("\\sqrt");
        var form = new StringBuilder(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            if (part.Length == 0) return null;
            if (part[0] == '{') form.Append("\\sqrt").Append(part);
            else form.Append("\\sqrt{").Append(part[0]).Append('}').Append(part[1..]);
        }

        return form.ToString();
    }

    private static string BraceFractions(string text)
    {
        var parts = text.Split("\\frac");
        if (parts.Length == 1) return text;
        var form = new StringBuilder(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            form.Append("\\frac");
            if (part.StartsWith('{'))
            {
                form.Append(part);
                continue;
            }

            if (part.Length < 2) return text;
            form.Append('{').Append(part[0]).Append('}');
            if (part[1] == '{') form.Append(part[1..]);
            else form.Append('{').Append(part[1]).Append('}').Append(part[2..]);
        }

        return form.ToString();
    }

    private static string SlashToFraction(string text)
    {
        if (text.Split('/') is not [var top, var bottom] || !Whole(top, out var a) || !Whole(bottom, out var b)) return text;
        return text == $"{a}/{b}" ? $"\\frac{{{a}}}{{{b}}}" : text;

        static bool Whole(string text, out string canonical)
        {
            var whole = System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
            canonical = text.Length <= 200 && whole ? value.ToString(CultureInfo.InvariantCulture) : "";
            return whole;
        }
    }
}
