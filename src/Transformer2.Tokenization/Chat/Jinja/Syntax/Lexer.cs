using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// Cuts a template into tokens, with Jinja's options <c>trim_blocks</c> and <c>lstrip_blocks</c> on, as chat templates are written for.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _lineCountedTo;
    private bool _startsLine = true;

    private Lexer(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
    }

    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        while (lexer._at < lexer._source.Length)
            lexer.DataThenTag();
        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    private void DataThenTag()
    {
        var start = _at;
        var tag = start;
        do
            tag = _source.IndexOf('{', tag) is >= 0 and var found ? found + 1 : _source.Length + 1;
        while (tag < _source.Length && _source[tag] is not ('{' or '%' or '#'));
        if (tag >= _source.Length)
        {
            _at = _source.Length;
            AddData(_source[start..]);
            return;
        }
        var kind = _source[tag];
        _at = tag + 1;
        var sign = _at < _source.Length ? _source[_at] : ' ';
        if (sign == '-' || (sign == '+' && kind != '{'))
            _at++;
        AddData(LeftTrimmed(_source[start..(tag - 1)], kind, sign));
        switch (kind)
        {
            case '#':
                Comment();
                break;
            case '%' when RawBlock().Match(_source, _at) is { Success: true } raw:
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
        return (lineStart > 0 || _startsLine) && data.AsSpan(lineStart).IndexOfAnyExcept(" \t\v\f\r") < 0 ? data[..lineStart] : data;
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
            throw Error("a comment is not closed");
        var sign = end > _at ? _source[end - 1] : ' ';
        _at = end + 2;
        AfterTag(sign, trimNewLine: true);
    }

    private void Raw(Match begin)
    {
        _at = begin.Index + begin.Length;
        AfterTag(begin.Groups[1].ValueSpan is "-" ? '-' : ' ', trimNewLine: false);
        var end = RawBlockEnd().Match(_source, _at);
        if (!end.Success)
            throw Error("a raw block is not closed");
        var sign = end.Groups[1].Value;
        AddData(LeftTrimmed(_source[_at..end.Index], '%', sign.Length == 0 ? ' ' : sign[0]));
        _at = end.Index + end.Length;
        AfterTag(end.Groups[2].Value is [var c] ? c : ' ', trimNewLine: true);
    }

    private void Tag(TokenKind begin, TokenKind end, char closing)
    {
        Add(begin, "");
        var open = new Stack<char>();
        while (true)
        {
            while (_at < _source.Length && Strings.IsSpace(_source[_at]))
                _at++;
            if (_at == _source.Length)
                throw Error("a tag is not closed");
            if (open.Count == 0 && IsEnd(closing, out var sign))
            {
                Add(end, "");
                _at += sign == ' ' ? 2 : 3;
                AfterTag(sign, trimNewLine: closing == '%');
                return;
            }
            Add(Balance(TokenReader.Next(_source, ref _at, Line()), open));
        }
    }

    private bool IsEnd(char closing, out char sign)
    {
        sign = _source[_at] is '-' or '+' && !(_source[_at] == '+' && closing == '}') ? _source[_at] : ' ';
        var from = sign == ' ' ? _at : _at + 1;
        return from + 1 < _source.Length && _source[from] == closing && _source[from + 1] == '}';
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
        var start = _at;
        if (sign == '-')
        {
            while (_at < _source.Length && Strings.IsSpace(_source[_at]))
                _at++;
        }
        else if (sign != '+' && trimNewLine && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
        _startsLine = _at > start && _source[_at - 1] == '\n';
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
            Add(TokenKind.Data, data);
    }

    private void Add(TokenKind kind, string value) => Add(new Token(kind, value, Line()));

    private void Add(Token token) => _tokens.Add(token);

    private int Line()
    {
        _line += _source.AsSpan(_lineCountedTo, _at - _lineCountedTo).Count('\n');
        _lineCountedTo = _at;
        return _line;
    }

    private ChatTemplateException Error(string what) => new($"Line {Line()} of the chat template: {what}.");

    [GeneratedRegex(@"\G\s*raw\s*(-?)%\}")]
    private static partial Regex RawBlock();

    [GeneratedRegex(@"\{%([-+]?)\s*endraw\s*([-+]?)%\}")]
    private static partial Regex RawBlockEnd();
}
