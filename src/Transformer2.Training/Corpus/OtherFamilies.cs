namespace Transformer2.Training.Corpus;

internal static class OtherFamilies
{
    private static readonly string[] Times = ["morning", "evening", "night", "day"];

    public static readonly TaskFamily[] All =
    [
        new("describe", Category.Other, NoiseKind.Form, Unseen: false, Describe),
        new("greet", Category.Other, NoiseKind.Mixed, Unseen: false, Greet),
        new("plural", Category.Other, NoiseKind.Mixed, Unseen: false, Plural),
        new("repeat", Category.Other, NoiseKind.Mixed, Unseen: true, Repeat),
    ];

    private static TaskItem Describe(SeededRandom random)
    {
        var (adjective, noun) = (random.Pick(Lexicon.Adjectives), random.Pick(Lexicon.Nouns));
        var kind = Lexicon.KindOf(noun);
        var other = random.Pick([.. Lexicon.KindNames.Where(name => name != kind)]);
        return new(
            $"describe {adjective} {noun}",
            [$"what is the {adjective} {noun}?", $"the {adjective} {noun}: what is it?", $"describe the {adjective} {noun}.", $"tell me of the {adjective} {noun}."],
            $"the {noun} is {Lexicon.Article(kind)} {kind} and it is {adjective}",
            $"the {noun} is {Lexicon.Article(other)} {other} and it is {adjective}");
    }

    private static TaskItem Greet(SeededRandom random)
    {
        var names = random.Sample(Lexicon.Names, 2);
        var times = random.Sample(Times, 2);
        var both = $"{names[0]} and {names[1]}";
        return new(
            $"greet {both} {times[0]}",
            [$"how do you greet {both} in the {times[0]}?", $"it is {times[0]}. greet {both}.", $"greet {both}, it is {times[0]}.", $"write a {times[0]} greeting for {both}."],
            $"good {times[0]} {both}",
            $"good {times[1]} {both}");
    }

    private static TaskItem Plural(SeededRandom random)
    {
        var (adjective, noun) = (random.Pick(Lexicon.Adjectives), random.Pick(Lexicon.Nouns));
        return new(
            $"plural {adjective} {noun}",
            [$"what is the plural of {adjective} {noun}?", $"one {adjective} {noun}, two what?", $"make {adjective} {noun} plural.", $"write many of {adjective} {noun}."],
            $"{adjective} {Many(noun)}",
            $"{adjective} {noun}");
    }

    private static TaskItem Repeat(SeededRandom random)
    {
        var words = $"{random.Pick(Lexicon.Adjectives)} {random.Pick(Lexicon.Nouns)}";
        var times = random.Between(2, 3);
        return new(
            $"repeat {words} {times}",
            [$"how does {words} {times} times sound?", $"{words}, {times} times please.", $"repeat {words} {times} times.", $"write {words} {times} times."],
            string.Join(' ', Enumerable.Repeat(words, times)),
            string.Join(' ', Enumerable.Repeat(words, times == 2 ? 3 : 2)));
    }

    private static string Many(string noun) => noun switch
    {
        _ when noun.EndsWith("sh", StringComparison.Ordinal) => noun + "es",
        _ => noun + "s",
    };
}
