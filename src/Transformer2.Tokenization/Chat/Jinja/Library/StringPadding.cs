namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of strings that make them wider.</summary>
internal static class StringPadding
{
    public static void AddTo(Dictionary<string, StringMethod> methods)
    {
        methods["center"] = (t, a) => Center(t, a.Require(0, "width"), Fill(a));
        methods["ljust"] = (t, a) => Pad(t, '<', a);
        methods["rjust"] = (t, a) => Pad(t, '>', a);
        methods["zfill"] = (t, a) => ZeroFill(t, Width(a.Require(0, "width")));
        methods["expandtabs"] = (t, a) => ExpandTabs(t, Width(a.Get(0, "tabsize", 8L)));
    }

    /// <summary>As <c>center()</c>, which puts the odd space elsewhere than a format does.</summary>
    public static Text Center(Text text, object? width, Text fill)
    {
        var wanted = Width(width);
        var missing = Math.Max(wanted - CodePoints.Count(text), 0);
        var before = (missing / 2) + (missing & wanted & 1);
        return Text.Concat([.. Enumerable.Repeat(fill, before), text, .. Enumerable.Repeat(fill, missing - before)]);
    }

    private static Text Pad(Text text, char align, Arguments arguments) =>
        new FormatSpec { Width = Width(arguments.Require(0, "width")), Fill = Fill(arguments), Align = align }.Pad(text, align);

    private static int Width(object? width) => FormatSpec.Checked(Math.Max(Operators.AsIndex(width), 0));

    private static Text Fill(Arguments arguments) => arguments.Get(1, "fillchar", Text.Of(" ")) is Text fill && CodePoints.Count(fill) == 1
        ? fill
        : throw new ChatTemplateException("A string is filled up with one character.");

    private static Text ZeroFill(Text text, int width)
    {
        var sign = text.Value is ['+' or '-', ..] ? 1 : 0;
        var zeros = Math.Max(width - CodePoints.Count(text), 0);
        return Text.Concat([text.Slice(0, sign), Text.Of(new string('0', zeros)), text.Slice(sign, text.Length - sign)]);
    }

    private static Text ExpandTabs(Text text, int size)
    {
        Work.Spend(TextRewriter.CharacterCost * text.Length);
        var rewriter = new TextRewriter(text);
        var column = 0;
        foreach (var c in text.Value)
        {
            if (c == '\t')
            {
                var width = size == 0 ? 0 : size - (column % size);
                rewriter.Replace(1, new string(' ', width));
                column += width;
                continue;
            }
            rewriter.Copy(1);
            // A pair of surrogates is one character.
            column = c is '\n' or '\r' ? 0 : char.IsLowSurrogate(c) ? column : column + 1;
        }
        return rewriter.Build();
    }
}
