namespace Transformer2.Training.Corpus;

internal static class MathFamilies
{
    public static readonly TaskFamily[] All =
    [
        new("add", Category.Math, NoiseKind.Mixed, Unseen: false, Add, Share: 4),
        new("sub", Category.Math, NoiseKind.Mixed, Unseen: false, Subtract, Share: 4),
        new("compare", Category.Math, NoiseKind.Form, Unseen: false, Compare),
        new("word", Category.Math, NoiseKind.Mixed, Unseen: true, WordProblem, Share: 3),
    ];

    private static TaskItem Add(SeededRandom random)
    {
        int a = random.Between(1, 30), b = random.Between(1, 30);
        return new($"{a}+{b}", [$"what is {a} + {b}?", $"{a} plus {b} is what?", $"add {a} and {b}.", $"find the sum of {a} and {b}."], $"{a + b}", $"{Math.Abs(a - b)}");
    }

    private static TaskItem Subtract(SeededRandom random)
    {
        int b = random.Between(1, 30), a = random.Between(b, 40);
        return new($"{a}-{b}", [$"what is {a} - {b}?", $"{a} minus {b} is what?", $"take {b} from {a}.", $"find {a} less {b}."], $"{a - b}", $"{a + b}");
    }

    private static TaskItem Compare(SeededRandom random)
    {
        int a = random.Next(100), b = (a + 1 + random.Next(99)) % 100;
        var larger = random.Next(2) == 0;
        var (word, most) = larger ? ("larger", "most") : ("smaller", "least");
        var (right, wrong) = larger == (a > b) ? (a, b) : (b, a);
        return new(
            $"{word} {a} {b}",
            [$"which is {word}, {a} or {b}?", $"{a} or {b}: which one is {word}?", $"pick the {word} of {a} and {b}.", $"of {a} and {b}, which is {most}?"],
            $"{right}",
            $"{wrong}");
    }

    private static TaskItem WordProblem(SeededRandom random)
    {
        var (name, things) = (random.Pick(Lexicon.Names), random.Pick(Lexicon.Things));
        int b = random.Between(1, 15), a = random.Between(b, 20);
        var gains = random.Next(2) == 0;
        var (got, more) = gains ? ("gets", "more") : ("loses", "of them");
        return new(
            $"{name} {things} {a} {b} {gains}",
            [
                $"{name} has {a} {things} and {got} {b} {more}. how many {things} now?",
                $"{name} had {a} {things}. {name} {got} {b} {more}. what is left?",
                $"there are {a} {things}. {name} {got} {b} {more}. count the {things}.",
                $"with {a} {things}, {name} {got} {b} {more}. find how many.",
            ],
            $"{(gains ? a + b : a - b)}",
            $"{(gains ? a - b : a + b)}");
    }
}
