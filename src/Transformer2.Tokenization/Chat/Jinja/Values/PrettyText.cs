using System.Text;
using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Values as Python's <c>pprint</c> lays them out: in lines of up to 80 characters, dictionaries in order of their keys.</summary>
internal sealed partial class PrettyText
{
    private const int Width = 80;
    private readonly StringBuilder _output = new();

    public static Text Of(object? value)
    {
        // Checked first, as it bounds the depth.
        var isFromUser = PythonText.AnyFromUser(value);
        var pretty = new PrettyText();
        pretty.Write(Sorted(value), indent: 0, allowance: 0, level: 0);
        return Text.Of(pretty._output.ToString(), isFromUser);
    }

    /// <param name="value">What to write.</param>
    /// <param name="indent">The column where it starts.</param>
    /// <param name="allowance">How many characters follow it on its last line.</param>
    /// <param name="level">How deeply it is nested.</param>
    private void Write(object? value, int indent, int allowance, int level)
    {
        if (_output.Length > Text.MaxLength)
            throw Text.TooLong();
        var plain = PythonText.Repr(value).Value;
        if (Count(plain) <= Width - indent - allowance)
        {
            _output.Append(plain);
            return;
        }
        switch (value)
        {
            case Text text:
                WriteLines(Pieces(text, level == 0 ? indent + 1 : indent, level == 0 ? allowance + 1 : allowance), indent, inParentheses: level == 0);
                break;
            case Map map and not Namespace:
                WriteItems('{', "}", MapMethods.Items(map).Cast<Tuple>().ToList(), indent, allowance, (entry, rest) =>
                {
                    var key = PythonText.Repr(entry[0]).Value;
                    _output.Append(key).Append(": ");
                    Write(entry[1], indent + 1 + Count(key) + 2, rest, level + 1);
                });
                break;
            case IReadOnlyList<object?> list:
                var (open, close) = list is not Tuple ? ('[', "]") : ('(', list.Count == 1 ? ",)" : ")");
                WriteItems(open, close, list, indent, allowance, (item, rest) => Write(item, indent + 1, rest, level + 1));
                break;
            default:
                _output.Append(plain);
                break;
        }
    }

    private void WriteItems<T>(char open, string close, IReadOnlyList<T> items, int indent, int allowance, Action<T, int> write)
    {
        _output.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _output.Append(",\n").Append(' ', indent + 1);
            write(items[i], i == items.Count - 1 ? allowance + close.Length : 1);
        }
        _output.Append(close);
    }

    private void WriteLines(List<string> pieces, int indent, bool inParentheses)
    {
        var isSplit = inParentheses && pieces.Count > 1;
        if (isSplit)
            _output.Append('(');
        for (var i = 0; i < pieces.Count; i++)
        {
            if (i > 0)
                _output.Append('\n').Append(' ', inParentheses ? indent + 1 : indent);
            _output.Append(pieces[i]);
        }
        if (isSplit)
            _output.Append(')');
    }

    /// <summary>A string as several literals: each of its lines, and each part of a line that fits.</summary>
    private static List<string> Pieces(Text text, int indent, int allowance)
    {
        var pieces = new List<string>();
        var lines = Strings.Lines(text, withEnds: true);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = (Text)lines[i]!;
            var isLast = i == lines.Count - 1;
            var whole = Literal(line.Value);
            if (Count(whole) <= Width - indent - (isLast ? allowance : 0))
            {
                pieces.Add(whole);
                continue;
            }
            var words = WordAndSpace().Matches(line.Value).Where(m => m.Length > 0).ToList();
            var (start, end) = (0, 0);
            foreach (var word in words)
            {
                var room = Width - indent - (isLast && word == words[^1] ? allowance : 0);
                if (Count(Literal(line.Value[start..(word.Index + word.Length)])) > room)
                {
                    if (end > start)
                        pieces.Add(Literal(line.Value[start..end]));
                    start = end;
                }
                end = word.Index + word.Length;
            }
            if (end > start)
                pieces.Add(Literal(line.Value[start..end]));
        }
        return pieces;
    }

    private static string Literal(string text) => PythonText.Repr(Text.Of(text)).Value;

    private static int Count(string text) => CodePoints.Count(text.AsSpan());

    private static object? Sorted(object? value)
    {
        Work.Enter();
        return value switch
        {
            Namespace => value,
            Map map => SortedMap(map),
            Tuple tuple => new Tuple(tuple.Select(Sorted)),
            IReadOnlyList<object?> list => list.Select(Sorted).ToList(),
            _ => value,
        };
    }

    private static Map SortedMap(Map map)
    {
        var sorted = new Map();
        foreach (var (key, entry) in map.OrderBy(e => e.Key, Comparer<object>.Create(CompareKeys)))
            sorted[key] = Sorted(entry);
        return sorted;
    }

    private static int CompareKeys(object a, object b) => (a is Text && b is Text) || (Numbers.IsNumber(a) && Numbers.IsNumber(b))
        ? Comparison.Compare(a, b) ?? 0
        : string.CompareOrdinal(Operators.Kind(a), Operators.Kind(b));

    [GeneratedRegex(@"\S*\s*")]
    private static partial Regex WordAndSpace();
}
