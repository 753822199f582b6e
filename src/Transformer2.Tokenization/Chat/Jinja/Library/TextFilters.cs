using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>The filters over strings.</summary>
internal static class TextFilters
{
    public static void AddTo(Dictionary<string, Filter> filters)
    {
        filters["capitalize"] = (v, _, _) => Casing.Title(PythonText.Of(v), _ => false);
        filters["center"] = (v, a, _) => StringPadding.Center(PythonText.Of(v), a.Get(0, "width", 80L), Text.Of(" "));
        filters["format"] = Format;
        filters["indent"] = Indent;
        filters["lower"] = (v, _, _) => Casing.Lower(PythonText.Of(v));
        filters["pprint"] = (v, _, _) => PrettyText.Of(v);
        filters["replace"] = (v, a, _) => Strings.Replace(
            PythonText.Of(v), PythonText.Of(a.Require(0, "old")), PythonText.Of(a.Require(1, "new")), a.Get(2, "count") is { } count ? Operators.AsIndex(count) : -1);
        filters["safe"] = (v, _, _) => PythonText.Of(v).AsMarkup();
        filters["string"] = (v, _, _) => PythonText.Of(v);
        filters["title"] = (v, _, _) => Casing.Words(
            PythonText.Of(v), c => c.IsBmp && (Strings.IsSpace((char)c.Value) || "-({[<".Contains((char)c.Value, StringComparison.Ordinal)));
        filters["trim"] = (v, a, _) => Strings.Trim(PythonText.Of(v), a.Get(0, "chars") as Text);
        filters["truncate"] = Truncate;
        filters["upper"] = (v, _, _) => Casing.Upper(PythonText.Of(v));
        filters["wordcount"] = (v, _, _) => WordCount(PythonText.Of(v).Value);
        filters["wordwrap"] = (v, a, _) => Wrap(PythonText.Of(v), a);
        // What these make of HTML is HTML, too.
        foreach (var name in (string[])["capitalize", "center", "indent", "lower", "string", "trim", "truncate", "upper"])
        {
            var filter = filters[name];
            filters[name] = (v, a, c) => filter(v, a, c) is var made && v is Text { IsMarkup: true } ? ((Text)made!).AsMarkup() : made;
        }
    }

    private static Text Format(object? value, Arguments arguments, RenderContext context)
    {
        var (positional, named) = (arguments.TakePositional(0), arguments.TakeNamed());
        if (positional.Count > 0 && named.Count > 0)
            throw new ChatTemplateException("The filter 'format' takes arguments by position or by name, not both.");
        return PercentFormat.Write(PythonText.Of(value), named.Count > 0 ? named : positional);
    }

    private static Text Indent(object? value, Arguments arguments, RenderContext context)
    {
        var text = Text.Concat([PythonText.Of(value), Text.Of("\n")]);
        var width = arguments.Get(0, "width", 4L);
        var space = width as Text ?? Text.Of(new string(' ', FormatSpec.Checked(Math.Max(Operators.AsIndex(width), 0))));
        var (first, blank) = (arguments.GetFlag(1, "first"), arguments.GetFlag(2, "blank"));
        var lines = Strings.Lines(text).Cast<Text>()
            .Select((line, i) => (i == 0 ? first : line.Length > 0 || blank) ? Text.Concat([space, line]) : line);
        return Text.Join(Text.Of("\n"), lines);
    }

    private static Text Truncate(object? value, Arguments arguments, RenderContext context)
    {
        var text = PythonText.Of(value);
        var length = arguments.GetInteger(0, "length", 255);
        var killsWords = arguments.GetFlag(1, "killwords");
        var end = PythonText.Of(arguments.Get(2, "end", Text.Of("...")));
        var leeway = arguments.Get(3, "leeway") is { } given ? Operators.AsIndex(given) : 5;
        var kept = length - CodePoints.Count(end);
        if (kept < 0 || leeway < 0)
            throw new ChatTemplateException("A text is truncated to no less than what marks its end, and with no negative leeway.");
        if (CodePoints.Count(text) <= (long)length + leeway)
            return text;
        var start = CodePoints.Start(text, kept);
        return Text.Concat([killsWords ? start : (Text)Strings.SplitFromEnd(start, Text.Of(" "), 1)[0]!, end]);
    }

    private static long WordCount(string text)
    {
        Work.Spend(2L * text.Length);
        var (count, inWord) = (0L, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = StringTests.IsWord(rune);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }
        return count;
    }

    private static Text Wrap(Text text, Arguments arguments)
    {
        var wrapper = new LineWrapper(
            arguments.GetInteger(0, "width", 79),
            Operators.IsTrue(arguments.Get(1, "break_long_words", true)),
            Operators.IsTrue(arguments.Get(3, "break_on_hyphens", true)));
        var separator = arguments.Get(2, "wrapstring") is { } given ? PythonText.Of(given) : Text.Of("\n");
        return Text.Join(separator, Strings.Lines(text).Select(line => Text.Join(separator, wrapper.Wrap((Text)line!))));
    }
}
