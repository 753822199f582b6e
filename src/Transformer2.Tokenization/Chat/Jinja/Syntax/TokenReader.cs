using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Reads the tokens within a tag.</summary>
internal static partial class TokenReader
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
    ];

    public static Token Next(string source, ref int at, int line)
    {
        var start = at;
        if (source[start] is '\'' or '"')
            return new Token(TokenKind.String, Literal(source, ref at, line), line);
        if (Number().Match(source, start) is { Success: true } number)
        {
            at += number.Length;
            var digits = number.Value.Replace("_", "", StringComparison.Ordinal);
            var isPrefixed = digits is ['0', >= 'A', ..] and not [_, 'e' or 'E', ..];
            return new Token(!isPrefixed && digits.AsSpan().ContainsAny(".eE") ? TokenKind.Float : TokenKind.Integer, digits, line);
        }
        if (Name().Match(source, start) is { Success: true } name)
        {
            at += name.Length;
            return new Token(TokenKind.Name, name.Value, line);
        }
        var operation = Array.Find(Operators, o => string.CompareOrdinal(source, start, o, 0, o.Length) == 0)
            ?? throw new ChatTemplateException($"Line {line} of the chat template: unexpected character '{source[start]}'.");
        at += operation.Length;
        return new Token(TokenKind.Operator, operation, line);
    }

    private static string Literal(string source, ref int at, int line)
    {
        var quote = source[at++];
        var text = new StringBuilder();
        while (at < source.Length && source[at] != quote)
        {
            var c = source[at++];
            if (c == '\\' && at < source.Length)
                Escape(source, ref at, text, line);
            else
                text.Append(c);
        }
        if (at == source.Length)
            throw new ChatTemplateException($"Line {line} of the chat template: a string is not closed.");
        at++;
        return text.ToString();
    }

    private static void Escape(string source, ref int at, StringBuilder text, int line)
    {
        var c = source[at++];
        var width = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (width > 0)
        {
            var digits = source.AsSpan(at, Math.Min(width, source.Length - at));
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || digits.Length < width || code is < 0 or > 0x10FFFF)
                throw new ChatTemplateException($"Line {line} of the chat template: bad escape \\{c}.");
            at += width;
            text.Append(code <= char.MaxValue ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            return;
        }
        if (c is >= '0' and <= '7')
        {
            at--;
            var code = 0;
            for (var digits = 0; digits < 3 && at < source.Length && source[at] is >= '0' and <= '7'; digits++)
                code = (code * 8) + source[at++] - '0';
            text.Append((char)code);
            return;
        }
        var plain = c switch
        {
            '\n' => "",
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            'a' => "\a",
            '\\' or '\'' or '"' => c.ToString(),
            _ => $"\\{c}",
        };
        text.Append(plain);
    }

    // Behind a point, as in list.0.1, there is no fraction.
    [GeneratedRegex(@"\G(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
        + @"|(?<!\.)[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?|[0-9]+(?:_[0-9]+)*)")]
    private static partial Regex Number();

    [GeneratedRegex(@"\G[\p{L}_][\w]*")]
    private static partial Regex Name();
}
