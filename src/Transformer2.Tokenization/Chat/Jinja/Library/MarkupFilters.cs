using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>The filters about HTML and addresses.</summary>
internal static class MarkupFilters
{
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>'\"");

    private static readonly SearchValues<char> Unquoted =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~");

    public static void AddTo(Dictionary<string, Filter> filters)
    {
        filters["e"] = (v, _, _) => Escape(PythonText.Of(v));
        filters["escape"] = (v, _, _) => Escape(PythonText.Of(v));
        filters["forceescape"] = (v, _, _) => Escaped(PythonText.Of(v));
        filters["striptags"] = (v, _, _) => StripTags(PythonText.Of(v));
        filters["urlencode"] = (v, _, _) => UrlEncode(v);
        filters["xmlattr"] = (v, a, _) => Attributes(v, Operators.IsTrue(a.Get(0, "autospace", true)));
    }

    /// <summary>A text as HTML; one that is HTML already stays as it is.</summary>
    public static Text Escape(Text text) => text.IsMarkup ? text : Escaped(text);

    private static Text Escaped(Text text)
    {
        Work.Read(text.Length);
        var rewriter = new TextRewriter(text);
        var at = 0;
        for (; text.Value.AsSpan(at).IndexOfAny(Special) is >= 0 and var found; at += found + 1)
        {
            rewriter.Copy(found);
            rewriter.Replace(1, text.Value[at + found] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '\'' => "&#39;", _ => "&#34;" });
        }
        rewriter.Copy(text.Length - at);
        return rewriter.Build().AsMarkup();
    }

    private static Text StripTags(Text text)
    {
        var words = Strings.Split(Without(Without(text, "<!--", "-->"), "<", ">"), null, -1);
        var plain = Text.Join(Text.Of(" "), words.Cast<Text>());
        // What an entity of several characters becomes is not followed: all counts as the user's when some is.
        return plain.Value.Contains('&', StringComparison.Ordinal) ? Text.Of(WebUtility.HtmlDecode(plain.Value), plain.AnyFromUser) : plain;
    }

    /// <summary>Leaves out everything between two marks, and them.</summary>
    private static Text Without(Text text, string open, string close)
    {
        Work.Read(text.Length);
        var kept = new List<Text>();
        var at = 0;
        while (text.Value.IndexOf(open, at, StringComparison.Ordinal) is >= 0 and var start
            && text.Value.IndexOf(close, start, StringComparison.Ordinal) is >= 0 and var end)
        {
            kept.Add(text.Slice(at, start - at));
            at = end + close.Length;
        }
        return Text.Concat(kept.Append(text.Slice(at, text.Length - at)));
    }

    private static Text UrlEncode(object? value)
    {
        if (value is not (Map or IReadOnlyList<object?> or MapView))
            return Quote(PythonText.Of(value), isQuery: false);
        var pairs = value is Map map ? MapMethods.Items(map) : Operators.Items(value);
        return Text.Join(Text.Of("&"), pairs.Select(pair => Operators.Items(pair) is [var name, var content]
            ? Text.Concat([Quote(PythonText.Of(name), isQuery: true), Text.Of("="), Quote(PythonText.Of(content), isQuery: true)])
            : throw new ChatTemplateException("urlencode takes pairs.")));
    }

    private static Text Quote(Text text, bool isQuery)
    {
        Work.Spend(TextRewriter.CharacterCost * text.Length);
        var rewriter = new TextRewriter(text);
        Span<byte> bytes = stackalloc byte[4];
        for (int at = 0, width; at < text.Length; at += width)
        {
            Rune.DecodeFromUtf16(text.Value.AsSpan(at), out var rune, out width);
            var c = text.Value[at];
            if (Unquoted.Contains(c) || (c == '/' && !isQuery))
                rewriter.Copy(width);
            else if (c == ' ' && isQuery)
                rewriter.Replace(width, "+");
            else
                rewriter.Replace(width, Percents(bytes[..rune.EncodeToUtf8(bytes)]));
        }
        return rewriter.Build();
    }

    private static string Percents(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
            text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        return text.ToString();
    }

    private static Text Attributes(object? value, bool withSpace)
    {
        var map = value as Map ?? throw new ChatTemplateException($"{Operators.Kind(value)} is not a dictionary.");
        var attributes = new List<Text>();
        foreach (var entry in MapMethods.Items(map).Cast<Tuple>())
        {
            var name = PythonText.Of(entry[0]);
            if (entry[1] is null or Undefined)
                continue;
            if (name.Value.Any(c => Strings.IsSpace(c) || c is '/' or '>' or '='))
                throw new ChatTemplateException("The name of an attribute has a character that would end it.");
            attributes.Add(Text.Concat([Escape(name), Text.Of("=\""), Escape(PythonText.Of(entry[1])), Text.Of("\"")]));
        }
        var text = Text.Join(Text.Of(" "), attributes);
        return withSpace && text.Length > 0 ? Text.Concat([Text.Of(" "), text]) : text;
    }
}
