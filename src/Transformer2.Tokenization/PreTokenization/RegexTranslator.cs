using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Rewrites a pattern of the Rust / Oniguruma dialect that tokenizer.json uses for .NET, over the projection that
/// <see cref="RegexPattern"/> describes. Whatever the two dialects might understand differently is refused.
/// </summary>
internal sealed class RegexTranslator(string pattern)
{
    private readonly StringBuilder _output = new();
    private readonly Stack<(int Start, bool IgnoreCase)> _groups = new();
    private int _at;
    private int _atomStart = -1;
    private bool _ignoreCase;

    public string Translate()
    {
        while (_at < pattern.Length)
        {
            if (!TryQuantifier())
                Element();
        }
        return _groups.Count == 0 ? _output.ToString() : throw Unsupported("group is not closed");
    }

    private void Element()
    {
        var start = _output.Length;
        switch (pattern[_at])
        {
            case '(':
                _groups.Push((start, _ignoreCase));
                Group();
                _atomStart = -1;
                return;
            case ')':
                if (!_groups.TryPop(out var group))
                    throw Unsupported("')' without '('");
                _output.Append(')');
                _at++;
                (_atomStart, _ignoreCase) = group;
                return;
            case '|':
                _output.Append('|');
                _at++;
                _atomStart = -1;
                return;
            case '^' or '$':
                throw Unsupported($"anchor {pattern[_at]}");
            case '.':
                _output.Append(@"[^\n]");
                _at++;
                break;
            case '[':
                _at++;
                _output.Append(new RegexClassTranslator(this).Translate());
                break;
            case '\\':
                Escape();
                break;
            default:
                _output.Append('[').Append(CharacterMembers(Literal())).Append(']');
                break;
        }
        _atomStart = start;
    }

    private void Group()
    {
        foreach (var opening in (string[])["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?i)"])
        {
            if (!Take(opening))
                continue;
            _ignoreCase |= opening[2] == 'i';
            if (opening == "(?i)")
                _groups.Pop();
            else
                _output.Append(opening[2] == 'i' ? "(?:" : opening);
            return;
        }
        if (_at + 1 < pattern.Length && pattern[_at + 1] == '?')
            throw Unsupported("kind of group");
        _at++;
        _output.Append("(?:");
    }

    private void Escape()
    {
        if (TryClassEscape(out var members, out var negated))
        {
            _output.Append(negated ? "[^" : "[").Append(members).Append(']');
            return;
        }
        if (pattern[_at..] is ['\\', 'b' or 'B' or 'A' or 'z' or 'G', ..])
            throw Unsupported($"anchor \\{pattern[_at + 1]}");
        _output.Append('[').Append(CharacterMembers(Literal())).Append(']');
    }

    /// <summary>Takes <c>\s</c>, <c>\p{L}</c> and the like: the inside of an equivalent .NET class.</summary>
    internal bool TryClassEscape(out string members, out bool negated)
    {
        (members, negated) = ("", false);
        if (pattern.AsSpan(_at) is not ['\\', var kind, ..] || !"sSdDwWpP".Contains(kind, StringComparison.Ordinal))
            return false;
        _at += 2;
        negated = char.IsUpper(kind);
        members = char.ToLowerInvariant(kind) switch
        {
            's' => @"\s",
            'd' => Members(UnicodeClass.Digit),
            'w' => Members(UnicodeClass.Word),
            _ => Members(Property(ref negated)),
        };
        return true;
    }

    /// <summary>Takes one literal character, escaped or not.</summary>
    internal char Literal()
    {
        var c = pattern[_at++];
        if (c == '\\')
        {
            if (_at == pattern.Length)
                throw Unsupported("trailing backslash");
            c = pattern[_at++];
            c = c switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'f' => '\f',
                'v' => '\v',
                'u' or 'x' => HexLiteral(c),
                _ when char.IsAsciiLetterOrDigit(c) => throw Unsupported($"escape \\{c}"),
                _ => c,
            };
        }
        return c is >= '\uD800' and <= '\uF8FF' ? throw Unsupported("literal beyond U+FFFF or for private use") : c;
    }

    /// <summary>The inside of a .NET class for one character, in both cases where case is ignored.</summary>
    internal string CharacterMembers(char c) => RangeMembers(c, c);

    internal string RangeMembers(char low, char high)
    {
        var members = new StringBuilder().Append(Hex(low)).Append('-').Append(Hex(high));
        if (!_ignoreCase)
            return members.ToString();
        if (high - low > 1024)
            throw Unsupported("wide range that ignores case");
        for (int c = low; c <= high; c++)
        {
            foreach (var other in CaseVariants((char)c))
                members.Append(Hex(other));
        }
        return members.ToString();
    }

    internal bool Take(string text)
    {
        if (!pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal))
            return false;
        _at += text.Length;
        return true;
    }

    internal char Peek(int ahead = 0) => _at + ahead < pattern.Length ? pattern[_at + ahead] : throw Unsupported("class is not closed");

    internal TokenizerException Unsupported(string what) =>
        new($"The tokenizer's regular expression is not supported: {what}, at position {_at} of {pattern}");

    private static IEnumerable<char> CaseVariants(char c)
    {
        yield return char.ToUpperInvariant(c);
        yield return char.ToLowerInvariant(c);
        // The long s and the Kelvin sign fold to ASCII letters too.
        if (c is 's' or 'S')
            yield return '\u017F';
        if (c is 'k' or 'K')
            yield return '\u212A';
    }

    private static string Members(UnicodeClass categories)
    {
        var members = new StringBuilder();
        for (var category = 0; category < UnicodeClass.Count; category++)
        {
            if (!categories.Contains((UnicodeCategory)category))
                continue;
            members.Append(Hex((char)(RegexPattern.FirstStandIn + category)));
            // Surrogates never occur, and private use is stood in for: the plain class would hold every stand-in.
            if ((UnicodeCategory)category is not (UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate))
                members.Append(@"\p{").Append(UnicodeClass.NameOf(category)).Append('}');
        }
        return members.ToString();
    }

    private static string Hex(char c) => $@"\u{(int)c:X4}";

    private UnicodeClass Property(ref bool negated)
    {
        var end = _at < pattern.Length && pattern[_at] == '{' ? pattern.IndexOf('}', _at) : _at;
        if (end < 0 || end >= pattern.Length)
            throw Unsupported("property is not closed");
        var name = end == _at ? pattern[_at].ToString() : pattern[(_at + 1)..end];
        if (name is ['^', ..])
            (negated, name) = (!negated, name[1..]);
        var found = UnicodeClass.ByName(name) ?? throw Unsupported($"property {name}");
        _at = end + 1;
        return found;
    }

    private char HexLiteral(char kind)
    {
        var braced = _at < pattern.Length && pattern[_at] == '{';
        var start = braced ? _at + 1 : _at;
        var end = braced ? pattern.IndexOf('}', _at) : _at + (kind == 'u' ? 4 : 2);
        if (end < 0 || end > pattern.Length
            || !int.TryParse(pattern[start..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
            throw Unsupported("hexadecimal escape");
        _at = braced ? end + 1 : end;
        return value <= char.MaxValue ? (char)value : throw Unsupported("literal beyond U+FFFF");
    }

    private bool TryQuantifier()
    {
        var start = _at;
        if (pattern[_at] is '?' or '*' or '+')
            _at++;
        else if (pattern[_at] == '{' && pattern.IndexOf('}', _at) is > 0 and var end)
            _at = end + 1;
        else
            return pattern[_at] == '{' ? throw Unsupported("quantifier") : false;
        var quantifier = pattern[start.._at];
        if (_atomStart < 0 || !(quantifier.Length == 1 || IsCount(quantifier)))
            throw Unsupported("quantifier");
        if (quantifier.StartsWith("{,", StringComparison.Ordinal))
            quantifier = "{0" + quantifier[1..];
        _output.Append(quantifier);
        if (Take("?"))
            _output.Append('?');
        else if (Take("+"))
        {
            if (quantifier.Length > 1)
                throw Unsupported("possessive count");
            _output.Insert(_atomStart, "(?>").Append(')');
        }
        _atomStart = -1;
        return true;
    }

    private static bool IsCount(string quantifier)
    {
        var numbers = quantifier[1..^1].Split(',');
        return numbers.Length is 1 or 2 && numbers.All(n => n.All(char.IsAsciiDigit)) && numbers.Any(n => n.Length > 0);
    }
}
