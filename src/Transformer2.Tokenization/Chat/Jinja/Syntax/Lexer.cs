using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// Cuts a template into tokens, with Jinja's options <c>trim_blocks</c> and <c>lstrip_blocks</c> on, as chat templates are written for.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string source;
    private readonly List<Token> tokens = [];
    private int at;
    private int line = 1;
    private int lineCountedTo;
    private bool startsLine = true;

    private Lexer(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        this.source = source.EndsWith('\n') ? source[..^1] : source;
    }

    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        while (lexer.at < lexer.source.Length)
            lexer.DataThenTag();
        lexer.Add(TokenKind.End, "");
        return lexer.tokens;
    }

    private void DataThenTag()
    {
        var start = at;
        var tag = start;
        do
            tag = source.IndexOf('{', tag) is >= 0 and var found ? found + 1 : source.Length + 1;
        while (tag < source.Length && source[tag] is not ('{' or '%' or '#'));
        if (tag >= source.Length)
        {
            at = source.Length;
            AddData(source[start..]);
            return;
        }
        var kind = source[tag];
        at = tag + 1;
        var sign = at < source.Length ? source[at] : ' ';
        if (sign == '-' || (sign == '+' && kind != '{'))
            at++;
        AddData(LeftTrimmed(source[start..(tag - 1)], kind, sign));
        switch (kind)
        {
            case '#':
                Comment();
                break;
            case '%' when RawBlock().Match(source, at) is { Success: true } raw:
                Raw(raw);
                break;
            case '%':
                Tag(TokenKind.BlockBegin, TokenKind.BlockEnd, '%');
                break;
            default:
                Tag(TokenKind.OutputBegin, TokenKind.OutputEnd, '}');
                break;
        }
    }

    private string LeftTrimmed(string data, char kind, char sign)
    {
        if (sign == '-')
            return Strings.TrimEnd(data);
        if (sign == '+' || kind == '{')
            return data;
        var lineStart = data.LastIndexOf('\n') + 1;
        return (lineStart > 0 || startsLine) && data.AsSpan(lineStart).IndexOfAnyExcept(" \t\v\f\r") < 0 ? data[..lineStart] : data;
    }

    private void Comment()
    {
        var end = source.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0)
            throw Error("a comment is not closed");
        var sign = end > at ? source[end - 1] : ' ';
        at = end + 2;
        AfterTag(sign, trimNewLine: true);
    }

    private void Raw(Match begin)
    {
        at = begin.Index + begin.Length;
        AfterTag(begin.Groups[1].ValueSpan is "-" ? '-' : ' ', trimNewLine: false);
        var end = RawBlockEnd().Match(source, at);
        if (!end.Success)
            throw Error("a raw block is not closed");
        var sign = end.Groups[1].Value;
        AddData(LeftTrimmed(source[at..end.Index], '%', sign.Length == 0 ? ' ' : sign[0]));
        at = end.Index + end.Length;
        AfterTag(end.Groups[2].Value is [var c] ? c : ' ', trimNewLine: true);
    }

    private void Tag(TokenKind begin, TokenKind end, char closing)
    {
        Add(begin, "");
        var open = new Stack<char>();
        while (true)
        {
            while (at < source.Length && Strings.IsSpace(source[at]))
                at++;
            if (at == source.Length)
                throw Error("a tag is not closed");
            if (open.Count == 0 && IsEnd(closing, out var sign))
            {
                Add(end, "");
                at += sign == ' ' ? 2 : 3;
                AfterTag(sign, trimNewLine: closing == '%');
                return;
            }
            Add(Balance(TokenReader.Next(source, ref at, Line()), open));
        }
    }

    private bool IsEnd(char closing, out char sign)
    {
        sign = source[at] is '-' or '+' && !(source[at] == '+' && closing == '}') ? source[at] : ' ';
        var from = sign == ' ' ? at : at + 1;
        return from + 1 < source.Length && source[from] == closing && source[from + 1] == '}';
    }

    private Token Balance(Token token, Stack<char> open)
    {
        if (token.Kind != TokenKind.Operator)
            return token;
        switch (token.Value)
        {
            case "(" or "[" or "{":
                open.Push(token.Value[0] switch { '(' => ')', '[' => ']', _ => '}' });
                break;
            case ")" or "]" or "}" when !open.TryPop(out var expected) || expected != token.Value[0]:
                throw Error($"unexpected '{token.Value}'");
        }
        return token;
    }

    private void AfterTag(char sign, bool trimNewLine)
    {
        var start = at;
        if (sign == '-')
        {
            while (at < source.Length && Strings.IsSpace(source[at]))
                at++;
        }
        else if (sign != '+' && trimNewLine && at < source.Length && source[at] == '\n')
        {
            at++;
        }
        startsLine = at > start && source[at - 1] == '\n';
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
            Add(TokenKind.Data, data);
    }

    private void Add(TokenKind kind, string value) => Add(new Token(kind, value, Line()));

    private void Add(Token token) => tokens.Add(token);

    private int Line()
    {
        line += source.AsSpan(lineCountedTo, at - lineCountedTo).Count('\n');
        lineCountedTo = at;
        return line;
    }

    private ChatTemplateException Error(string what) => new($"Line {Line()} of the chat template: {what}.");

    [GeneratedRegex(@"\G\s*raw\s*(-?)%\}")]
    private static partial Regex RawBlock();

    [GeneratedRegex(@"\{%([-+]?)\s*endraw\s*([-+]?)%\}")]
    private static partial Regex RawBlockEnd();
}
