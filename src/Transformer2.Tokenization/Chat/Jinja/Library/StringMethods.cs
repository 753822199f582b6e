namespace Transformer2.Tokenization.Jinja;

/// <summary>A method of strings.</summary>
internal delegate object? StringMethod(Text text, Arguments arguments);

/// <summary>Methods of strings, as Python has them.</summary>
internal static class StringMethods
{
    private static readonly Dictionary<string, StringMethod> All = new(StringComparer.Ordinal)
    {
        ["strip"] = (t, a) => Strings.Trim(t, Characters(a)),
        ["lstrip"] = (t, a) => Strings.Trim(t, Characters(a), end: false),
        ["rstrip"] = (t, a) => Strings.Trim(t, Characters(a), start: false),
        ["split"] = (t, a) => Strings.Split(t, a.Get(0, "sep") as Text, a.GetInteger(1, "maxsplit", -1)),
        ["rsplit"] = (t, a) => Strings.SplitFromEnd(t, a.Get(0, "sep") as Text, a.GetInteger(1, "maxsplit", -1)),
        ["splitlines"] = (t, a) => Strings.Lines(t, a.GetFlag(0, "keepends")),
        ["partition"] = (t, a) => a.RequireText(0, "sep") is var sep && Strings.Split(t, sep, 1) is [var before, var after]
            ? new Tuple([before, sep, after])
            : new Tuple([t, Text.Empty, Text.Empty]),
        ["rpartition"] = (t, a) => a.RequireText(0, "sep") is var sep && Strings.SplitFromEnd(t, sep, 1) is [var before, var after]
            ? new Tuple([before, sep, after])
            : new Tuple([Text.Empty, Text.Empty, t]),
        ["removeprefix"] = (t, a) => a.RequireText(0, "prefix") is var p && Strings.StartsWith(t, p)
            ? t.Slice(p.Length, t.Length - p.Length)
            : t,
        ["removesuffix"] = (t, a) => a.RequireText(0, "suffix") is var p && Strings.EndsWith(t, p)
            ? t.Slice(0, t.Length - p.Length)
            : t,
        ["upper"] = (t, _) => Casing.Upper(t),
        ["lower"] = (t, _) => Casing.Lower(t),
        ["casefold"] = (t, _) => Casing.Fold(t),
        ["swapcase"] = (t, _) => Casing.Swap(t),
        ["title"] = (t, _) => Casing.Title(t, c => !Casing.IsCased(c)),
        ["capitalize"] = (t, _) => Casing.Title(t, _ => false),
        ["replace"] = (t, a) => Strings.Replace(t, a.RequireText(0, "old"), a.RequireText(1, "new"), a.GetInteger(2, "count", -1)),
        ["join"] = (t, a) => Text.Join(t, Operators.Items(a.Require(0, "iterable")).Select(AsText)),
        ["format"] = (t, a) => new BraceFormat(a.Rest(0)).Write(t),
        ["format_map"] = (t, a) => new BraceFormat(new Arguments([], Arguments.Entries(a.Require(0, "mapping")))).Write(t),
        ["translate"] = (t, a) => Translation.Apply(t, a.Require(0, "table")),
        ["maketrans"] = (_, a) => Translation.Table(a),
    };

    static StringMethods()
    {
        StringSearch.AddTo(All);
        StringPadding.AddTo(All);
        StringTests.AddTo(All);
    }

    public static object Find(Text text, string name) => All.TryGetValue(name, out var method)
        ? new Callable(name, arguments => text.IsMarkup ? MarkupMethods.Call(name, method, text, arguments) : method(text, arguments))
        : new Undefined(name);

    public static Text AsText(object? value) =>
        value as Text ?? throw new ChatTemplateException($"A string was expected, not {Operators.Kind(value)}.");

    private static Text? Characters(Arguments arguments) => arguments.Get(0, "chars") as Text;
}
