namespace Transformer2.Training.Corpus;

internal static class CodeFamilies
{
    public static readonly TaskFamily[] All =
    [
        new("expression", Category.Code, NoiseKind.Mixed, Unseen: false, Expression, Share: 3),
        new("index", Category.Code, NoiseKind.Mixed, Unseen: false, Index),
        new("reverse", Category.Code, NoiseKind.Form, Unseen: false, Reverse),
        new("sort", Category.Code, NoiseKind.Mixed, Unseen: false, Sort),
        new("slice", Category.Code, NoiseKind.Mixed, Unseen: true, Slice),
    ];

    private static string[] Phrase(string expression) =>
        [$"what is {expression} in python?", $"print({expression})", $"run {expression} and show it.", $"find the value of {expression}."];

    private static TaskItem Expression(SeededRandom random)
    {
        int a = random.Between(2, 6), b = random.Between(2, 6), c = random.Between(1, 9);
        return random.Next(2) == 0
            ? new($"{a}*{b}+{c}", Phrase($"{a} * {b} + {c}"), $"{(a * b) + c}", $"{a * (b + c)}")
            : new($"{c}+{a}*{b}", Phrase($"{c} + {a} * {b}"), $"{c + (a * b)}", $"{(c + a) * b}");
    }

    private static TaskItem Index(SeededRandom random)
    {
        var text = Distinct(random, 4);
        var i = random.Between(1, 3);
        return new($"{text}[{i}]", Phrase($"'{text}'[{i}]"), $"{text[i]}", $"{text[i - 1]}");
    }

    private static TaskItem Reverse(SeededRandom random)
    {
        var text = Distinct(random, random.Between(3, 4));
        var reversed = string.Concat(text.Reverse());
        return new($"reverse {text}", Phrase($"'{text}'[::-1]"), reversed, text[1..] + text[0]);
    }

    private static TaskItem Sort(SeededRandom random)
    {
        var digits = random.Sample([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3);
        return new($"sort {List(digits)}", Phrase($"sorted({List(digits)})"), List(digits.Order()), List(digits.OrderDescending()));
    }

    private static TaskItem Slice(SeededRandom random)
    {
        var text = Distinct(random, 4);
        var i = random.Between(0, 2);
        return new($"{text}[{i}:{i + 2}]", Phrase($"'{text}'[{i}:{i + 2}]"), text[i..(i + 2)], i == 2 ? text[1..3] : text[(i + 1)..(i + 3)]);
    }

    private static string List(IEnumerable<int> values) => $"[{string.Join(", ", values)}]";

    // Letters that differ, so that no misconception gives the right answer by chance.
    private static string Distinct(SeededRandom random, int length) =>
        string.Concat(random.Sample("abcdefghijklmnopqrstuvwxyz".ToCharArray(), length));
}
