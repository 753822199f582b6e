using System.Globalization;
using System.Numerics;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Writes a value as Python's <c>repr()</c> does, into one text that is bounded while it grows.</summary>
internal sealed class PythonWriter
{
    private readonly StringBuilder _output = new();

    public StringBuilder Write(object? value, int depth = 0)
    {
        Work.Enter();
        if (_output.Length > Text.MaxLength)
            throw Text.TooLong();
        return value switch
        {
            null => _output.Append("None"),
            bool b => _output.Append(b ? "True" : "False"),
            long n => _output.Append(CultureInfo.InvariantCulture, $"{n}"),
            BigInteger n => _output.Append(PythonText.Number(n)),
            double d => _output.Append(PythonText.Number(d)),
            Text { IsMarkup: true } markup => Quote(markup.Value, "Markup(", ")"),
            Text text => Quote(text.Value),
            Undefined => _output.Append("Undefined"),
            _ when depth > PythonText.MaxDepth => throw PythonText.TooDeep(),
            Namespace map => Braces(map, "<Namespace {", "}>", depth),
            Map map => Braces(map, "{", "}", depth),
            MapView view => View(view, depth),
            Range range => _output.Append(
                CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}{(range.Step == 1 ? "" : $", {range.Step}")})"),
            Tuple tuple => Items(tuple, "(", tuple.Count == 1 ? ",)" : ")", depth),
            IReadOnlyList<object?> list => Items(list, "[", "]", depth),
            Callable callable => _output.Append(callable.Description),
            LoopState loop => _output.Append(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index + 1}/{loop.Items.Count}>"),
            _ => _output.Append("<object>"),
        };
    }

    private StringBuilder View(MapView view, int depth)
    {
        _output.Append(CultureInfo.InvariantCulture, $"dict_{view.Name}(");
        return Write(view.Items, depth).Append(')');
    }

    private StringBuilder Items(IReadOnlyList<object?> items, string open, string close, int depth)
    {
        _output.Append(open);
        for (var i = 0; i < items.Count; i++)
            Write(items[i], depth + 1, isFirst: i == 0);
        return _output.Append(close);
    }

    private StringBuilder Braces(Map map, string open, string close, int depth)
    {
        _output.Append(open);
        var isFirst = true;
        foreach (var (key, value) in map)
        {
            Write(ReferenceEquals(key, Map.NoneKey) ? null : key, depth + 1, isFirst);
            _output.Append(": ");
            Write(value, depth + 1);
            isFirst = false;
        }
        return _output.Append(close);
    }

    private void Write(object? item, int depth, bool isFirst)
    {
        if (!isFirst)
            _output.Append(", ");
        Write(item, depth);
    }

    private StringBuilder Quote(string text, string before = "", string after = "")
    {
        Work.Spend(4L * text.Length);
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        _output.Append(before).Append(quote);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => _output.Append(@"\\"),
                '\n' => _output.Append(@"\n"),
                '\r' => _output.Append(@"\r"),
                '\t' => _output.Append(@"\t"),
                var c when c == quote => _output.Append('\\').Append(quote),
                _ when PythonText.IsPrintable(rune) => _output.Append(text, at, rune.Utf16SequenceLength),
                _ => PythonText.Escape(rune, _output),
            };
            at += rune.Utf16SequenceLength;
        }
        return _output.Append(quote).Append(after);
    }
}
