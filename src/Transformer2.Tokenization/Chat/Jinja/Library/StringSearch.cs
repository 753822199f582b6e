namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of strings that look for a part, between two positions where these are given.</summary>
internal static class StringSearch
{
    public static void AddTo(Dictionary<string, StringMethod> methods)
    {
        methods["find"] = (t, a) => First(t, a);
        methods["rfind"] = (t, a) => Last(t, a);
        methods["index"] = (t, a) => Found(First(t, a));
        methods["rindex"] = (t, a) => Found(Last(t, a));
        methods["count"] = (t, a) => Window(t, a) is var (from, to) ? Strings.Count(t.Slice(from, to - from), a.RequireText(0, "sub")) : 0L;
        methods["startswith"] = (t, a) => Any(t, a, "prefix", Strings.StartsWith);
        methods["endswith"] = (t, a) => Any(t, a, "suffix", Strings.EndsWith);
    }

    private static long First(Text text, Arguments arguments) => Sought(text, arguments) is var sub && Window(text, arguments) is var (from, to)
        ? Position(text, from, text.Value.AsSpan(from, to - from).IndexOf(sub, StringComparison.Ordinal))
        : -1;

    private static long Last(Text text, Arguments arguments) => Sought(text, arguments) is var sub && Window(text, arguments) is var (from, to)
        ? Position(text, from, sub.Length == 0 ? to - from : text.Value.AsSpan(from, to - from).LastIndexOf(sub, StringComparison.Ordinal))
        : -1;

    private static string Sought(Text text, Arguments arguments)
    {
        var sub = arguments.RequireText(0, "sub");
        Work.Search(text.Length, sub.Length);
        return sub.Value;
    }

    private static long Position(Text text, int from, int offset) => offset < 0 ? -1 : CodePoints.FromOffset(text, from + offset);

    private static long Found(long position) =>
        position >= 0 ? position : throw new ChatTemplateException("A string does not have the part that index() looks for.");

    private static bool Any(Text text, Arguments arguments, string name, Func<Text, Text, bool> holds)
    {
        var choices = arguments.Require(0, name);
        if (Window(text, arguments) is not var (from, to))
            return false;
        var part = text.Slice(from, to - from);
        return choices is Text one ? holds(part, one) : Operators.Items(choices).Any(c => holds(part, StringMethods.AsText(c)));
    }

    /// <summary>The UTF-16 offsets of the arguments <c>start</c> and <c>end</c>, or null when nothing is between them.</summary>
    private static (int From, int To)? Window(Text text, Arguments arguments)
    {
        var (start, end) = (arguments.Get(1, "start"), arguments.Get(2, "end"));
        if (start is null && end is null)
            return (0, text.Length);
        var count = CodePoints.Count(text);
        var from = FromEnd(start is null ? 0 : Operators.AsIndex(start));
        var to = Math.Min(FromEnd(end is null ? count : Operators.AsIndex(end)), count);
        return from <= to ? (CodePoints.ToOffset(text, from), CodePoints.ToOffset(text, to)) : null;

        int FromEnd(int index) => Math.Max(index < 0 ? index + count : index, 0);
    }
}
