using System.Globalization;
using System.Numerics;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>JSON as Python's <c>json.dumps</c> writes it: what <c>tojson</c> means in chat templates.</summary>
internal sealed class JsonText(bool asciiOnly, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _output = new();

    public Text Write(object? value)
    {
        Write(value, 0);
        return Text.Of(_output.ToString(), PythonText.AnyFromUser(value));
    }

    private void Write(object? value, int depth)
    {
        if (depth > PythonText.MaxDepth)
            throw PythonText.TooDeep();
        Work.Enter();
        if (_output.Length > Text.MaxLength)
            throw Text.TooLong();
        switch (value)
        {
            case null:
                _output.Append("null");
                break;
            case bool b:
                _output.Append(b ? "true" : "false");
                break;
            case long n:
                _output.Append(n.ToString(CultureInfo.InvariantCulture));
                break;
            case BigInteger n:
                _output.Append(PythonText.Number(n));
                break;
            case double d:
                _output.Append(PythonText.Number(d) switch { "nan" => "NaN", "inf" => "Infinity", "-inf" => "-Infinity", var s => s });
                break;
            case Text text:
                Quote(text.Value);
                break;
            case Map map:
                var entries = map.Select(e => (Name: Name(e.Key), e.Value));
                Items('{', '}', sortKeys ? entries.OrderBy(e => e.Name, Comparer<string>.Create(CodePoints.Compare)) : entries, depth, e =>
                {
                    Quote(e.Name);
                    _output.Append(keySeparator);
                    Write(e.Value, depth + 1);
                });
                break;
            case IReadOnlyList<object?> list:
                Items('[', ']', list, depth, item => Write(item, depth + 1));
                break;
            default:
                throw new ChatTemplateException($"{Operators.Kind(value)} cannot be written as JSON.");
        }
    }

    private void Items<T>(char open, char close, IEnumerable<T> items, int depth, Action<T> write)
    {
        _output.Append(open);
        var count = 0;
        foreach (var item in items)
        {
            if (count++ > 0)
                _output.Append(itemSeparator);
            NewLine(depth + 1);
            write(item);
        }
        if (count > 0)
            NewLine(depth);
        _output.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is null)
            return;
        Work.Spend(depth * (long)indent.Length);
        _output.Append('\n');
        for (var i = 0; i < depth; i++)
            _output.Append(indent);
    }

    private static string Name(object key) => ReferenceEquals(key, Map.NoneKey) ? "null" : key switch
    {
        Text text => text.Value,
        bool b => b ? "true" : "false",
        _ => PythonText.Of(key).Value,
    };

    private void Quote(string text)
    {
        Work.Spend(2L * text.Length);
        _output.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => _output.Append("\\\""),
                '\\' => _output.Append(@"\\"),
                '\n' => _output.Append(@"\n"),
                '\r' => _output.Append(@"\r"),
                '\t' => _output.Append(@"\t"),
                '\b' => _output.Append(@"\b"),
                '\f' => _output.Append(@"\f"),
                < ' ' => _output.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
                > '~' when asciiOnly => _output.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
                _ => _output.Append(c),
            };
        }
        _output.Append('"');
    }
}
