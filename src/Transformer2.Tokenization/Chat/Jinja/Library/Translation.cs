using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary><c>translate</c> and <c>maketrans</c>: characters replaced by their number.</summary>
internal static class Translation
{
    public static Text Apply(Text text, object? table)
    {
        Work.Spend(TextRewriter.CharacterCost * text.Length);
        var rewriter = new TextRewriter(text);
        for (int at = 0, width; at < text.Length; at += width)
        {
            Rune.DecodeFromUtf16(text.Value.AsSpan(at), out var rune, out width);
            switch (Members.Entry(table, (long)rune.Value))
            {
                case Undefined:
                    rewriter.Copy(width);
                    break;
                case null:
                    rewriter.Replace(width, "");
                    break;
                case Text replacement:
                    rewriter.Replace(width, "");
                    rewriter.Insert(replacement);
                    break;
                case var code when Numbers.Whole(code) is { } number:
                    rewriter.Replace(width, NumberFormat.Character(number).Value);
                    break;
                case var other:
                    throw new ChatTemplateException($"A character is not translated to {Operators.Kind(other)}.");
            }
        }
        return rewriter.Build();
    }

    public static Map Table(Arguments arguments)
    {
        var table = new Map();
        if (arguments.PositionalCount == 1)
        {
            var given = arguments.Get(0, "x") as Map ?? throw new ChatTemplateException("maketrans() with one argument takes a dictionary.");
            foreach (var (key, value) in given)
                table[key is Text text ? Code(text) : key] = value;
            return table;
        }
        var (from, to) = (Characters(arguments, 0), Characters(arguments, 1));
        if (from.Count != to.Count)
            throw new ChatTemplateException("maketrans() takes two strings of the same length.");
        foreach (var (key, value) in from.Zip(to))
            table[Code(key)] = Code(value);
        if (arguments.PositionalCount > 2)
        {
            foreach (var dropped in Characters(arguments, 2))
                table[Code(dropped)] = null;
        }
        return table;
    }

    private static List<Text> Characters(Arguments arguments, int position) => [.. CodePoints.Split(arguments.RequireText(position, "xyz"[position].ToString()))];

    private static long Code(Text character) => CodePoints.Count(character) == 1 && Rune.TryGetRuneAt(character.Value, 0, out var rune)
        ? rune.Value
        : throw new ChatTemplateException("maketrans() takes single characters.");
}
