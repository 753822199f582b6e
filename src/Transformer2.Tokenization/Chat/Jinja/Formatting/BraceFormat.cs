using System.Globalization;

namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// <c>'{} {name!r:>5}'.format(…)</c>. A field reaches entries of dictionaries and lists, and nothing else of a value: there are no
/// attributes to be reached.
/// </summary>
internal sealed class BraceFormat(Arguments arguments)
{
    // As in Python: a format may hold fields, and those no further ones.
    private const int MaxDepth = 2;
    private int _next;

    public Text Write(Text format, int depth = 0)
    {
        if (depth == MaxDepth)
            throw new ChatTemplateException("The fields of a format are nested too deeply.");
        var value = format.Value;
        var parts = new List<Text>();
        for (var at = 0; at < value.Length;)
        {
            var brace = value.AsSpan(at).IndexOfAny('{', '}');
            parts.Add(format.Slice(at, brace < 0 ? value.Length - at : brace));
            if (brace < 0)
                break;
            at += brace;
            if (at + 1 < value.Length && value[at + 1] == value[at])
            {
                parts.Add(format.Slice(at, 1));
                at += 2;
                continue;
            }
            var end = value[at] == '{' ? Closing(value, at) : throw new ChatTemplateException("A format has a single '}'.");
            parts.Add(Field(format.Slice(at + 1, end - at - 1), depth));
            at = end + 1;
        }
        return Text.Concat(parts);
    }

    private static int Closing(string format, int open)
    {
        var depth = 0;
        for (var i = open; i < format.Length; i++)
        {
            depth += format[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return i;
        }
        throw new ChatTemplateException("A format has a '{' that is not closed.");
    }

    private Text Field(Text field, int depth)
    {
        var colon = field.Value.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? field.Value : field.Value[..colon];
        var bang = name.IndexOf('!', StringComparison.Ordinal);
        var conversion = bang < 0 ? "" : name[(bang + 1)..];
        var value = Find(bang < 0 ? name : name[..bang]);
        var spec = colon < 0 ? Text.Empty : Write(field.Slice(colon + 1, field.Length - colon - 1), depth + 1);
        return Format(conversion switch
        {
            "" when bang < 0 => value,
            "s" => PythonText.Of(value),
            "r" => PythonText.Repr(value),
            "a" => PythonText.Ascii(value),
            _ => throw new ChatTemplateException($"The conversion '!{conversion}' is not supported."),
        }, spec);
    }

    private object? Find(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[') is >= 0 and var found ? found : path.Length;
        var first = path[..end];
        var value = first.Length == 0 ? arguments.Require(Next(), "")
            : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? arguments.Require(Numbered(position), first)
            : arguments.RequireNamed(first);
        while (end < path.Length)
        {
            var isIndex = path[end] == '[';
            var start = end + 1;
            var length = isIndex ? path.AsSpan(start).IndexOf(']') : path.AsSpan(start).IndexOfAny('.', '[');
            if (length < 0)
                length = isIndex ? throw new ChatTemplateException("A field of a format has a '[' that is not closed.") : path.Length - start;
            var key = path.Substring(start, length);
            end = start + length + (isIndex ? 1 : 0);
            if (length == 0 || (end < path.Length && path[end] is not ('.' or '[')))
                throw new ChatTemplateException($"The field '{path}' of a format is malformed.");
            value = Members.Entry(value, isIndex && long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : Text.Of(key));
        }
        return value;
    }

    private int Next() => _next >= 0 ? _next++ : throw MixedFields();

    private int Numbered(int position)
    {
        if (_next > 0)
            throw MixedFields();
        _next = -1;
        return position;
    }

    private static ChatTemplateException MixedFields() => new("A format has both numbered fields and fields without number.");

    private static Text Format(object? value, Text specification)
    {
        if (specification.Length == 0)
            return PythonText.Of(value);
        var spec = FormatSpec.Parse(specification);
        return value switch
        {
            Text text => Format(text, spec),
            double number => NumberFormat.Of(number, spec),
            _ when Numbers.Whole(value) is { } integer => NumberFormat.Of(integer, spec),
            _ => throw new ChatTemplateException($"{Operators.Kind(value)} has no format '{specification.Value}'."),
        };
    }

    private static Text Format(Text text, FormatSpec spec)
    {
        // A zero before the width fills, but no digits are there to be moved aside.
        if (spec.Align == '=' && spec.Fill.Value == "0")
            spec = spec with { Align = '<' };
        if (spec.Type is not (null or 's') || spec.Align == '=' || spec.Sign != '-' || spec.IsAlternate || spec.Grouping is not null)
            throw new ChatTemplateException("A string is formatted by width, alignment and precision only.");
        return spec.Pad(CodePoints.Start(text, spec.Precision), '<');
    }
}
