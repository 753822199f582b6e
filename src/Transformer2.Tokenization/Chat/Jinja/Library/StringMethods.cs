namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of strings, as Python has them.</summary>
internal static class StringMethods
{
    private delegate object? Method(Text text, Arguments arguments);

    private static readonly Dictionary<string, Method> All = new(StringComparer.Ordinal)
    {
        ["strip"] = (t, a) => Strings.Trim(t, Characters(a)),
        ["lstrip"] = (t, a) => Strings.Trim(t, Characters(a), end: false),
        ["rstrip"] = (t, a) => Strings.Trim(t, Characters(a), start: false),
        ["split"] = (t, a) => Strings.Split(t, a.Get(0, "sep") as Text, a.GetInteger(1, "maxsplit", -1)),
        ["rsplit"] = (t, a) => Strings.SplitFromEnd(t, a.RequireText(0, "sep"), a.GetInteger(1, "maxsplit", -1)),
        ["splitlines"] = (t, _) => Strings.Lines(t),
        ["partition"] = (t, a) => Partition(t, a.RequireText(0, "sep")),
        ["startswith"] = (t, a) => Any(a.Require(0, "prefix"), p => t.Value.StartsWith(p, StringComparison.Ordinal)),
        ["endswith"] = (t, a) => Any(a.Require(0, "suffix"), p => t.Value.EndsWith(p, StringComparison.Ordinal)),
        ["removeprefix"] = (t, a) => a.RequireText(0, "prefix") is var p && t.Value.StartsWith(p.Value, StringComparison.Ordinal)
            ? t.Slice(p.Length, t.Length - p.Length)
            : t,
        ["removesuffix"] = (t, a) => a.RequireText(0, "suffix") is var p && t.Value.EndsWith(p.Value, StringComparison.Ordinal)
            ? t.Slice(0, t.Length - p.Length)
            : t,
        ["upper"] = (t, _) => t.Rewrite(t.Value.ToUpperInvariant()),
        ["lower"] = (t, _) => t.Rewrite(t.Value.ToLowerInvariant()),
        ["title"] = (t, _) => Strings.Title(t, c => !char.IsLetter(c)),
        ["capitalize"] = (t, _) => Strings.Title(t, _ => false),
        ["replace"] = (t, a) => Strings.Replace(t, a.RequireText(0, "old"), a.RequireText(1, "new"), a.GetInteger(2, "count", -1)),
        ["join"] = (t, a) => Text.Join(t, Operators.Items(a.Require(0, "iterable")).Select(AsText)),
        ["find"] = (t, a) => Position(t, t.Value.IndexOf(a.RequireText(0, "sub").Value, StringComparison.Ordinal)),
        ["rfind"] = (t, a) => Position(t, t.Value.LastIndexOf(a.RequireText(0, "sub").Value, StringComparison.Ordinal)),
        ["count"] = (t, a) => Strings.Split(t, a.RequireText(0, "sub"), -1).Count - 1L,
        ["isdigit"] = (t, _) => t.Length > 0 && t.Value.All(char.IsDigit),
        ["isalpha"] = (t, _) => t.Length > 0 && t.Value.All(char.IsLetter),
        ["isalnum"] = (t, _) => t.Length > 0 && t.Value.All(char.IsLetterOrDigit),
        ["isspace"] = (t, _) => t.Length > 0 && t.Value.All(Strings.IsSpace),
        ["isupper"] = (t, _) => t.Value.Any(char.IsUpper) && !t.Value.Any(char.IsLower),
        ["islower"] = (t, _) => t.Value.Any(char.IsLower) && !t.Value.Any(char.IsUpper),
    };

    public static Callable? Find(Text text, string name) =>
        All.TryGetValue(name, out var method) ? new Callable(name, arguments => method(text, arguments)) : null;

    private static Text? Characters(Arguments arguments) => arguments.Get(0, "chars") as Text;

    private static bool Any(object? choices, Func<string, bool> holds) =>
        choices is Text one ? holds(one.Value) : Operators.Items(choices).Any(c => holds(AsText(c).Value));

    private static Tuple Partition(Text text, Text separator) => Strings.Split(text, separator, 1) is [var before, var after]
        ? new([before, separator, after])
        : new([text, Text.Empty, Text.Empty]);

    private static long Position(Text text, int offset) => offset < 0 ? -1 : CodePoints.FromOffset(text, offset);

    private static Text AsText(object? value) =>
        value as Text ?? throw new ChatTemplateException($"A string was expected, not {Operators.Kind(value)}.");
}
