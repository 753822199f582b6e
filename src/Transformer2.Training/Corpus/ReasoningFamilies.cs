namespace Transformer2.Training.Corpus;

internal static class ReasoningFamilies
{
    public static readonly TaskFamily[] All =
    [
        new("order", Category.Reasoning, NoiseKind.Mixed, Unseen: false, Order),
        new("odd", Category.Reasoning, NoiseKind.Mixed, Unseen: false, OddOneOut),
        new("member", Category.Reasoning, NoiseKind.Form, Unseen: false, Membership),
        new("choice", Category.Reasoning, NoiseKind.Mixed, Unseen: true, Choice),
    ];

    private static readonly (string More, string Most)[] Comparisons = [("taller", "tallest"), ("older", "oldest"), ("faster", "fastest")];

    private static TaskItem Order(SeededRandom random)
    {
        var names = random.Sample(Lexicon.Names, 3);
        var (more, most) = random.Pick(Comparisons);
        string[] premises = [$"{names[0]} is {more} than {names[1]}.", $"{names[1]} is {more} than {names[2]}."];
        if (random.Next(2) == 0) Array.Reverse(premises);
        var facts = string.Join(' ', premises);
        return new(
            $"{string.Join('>', names)} {more} {premises[0]}",
            [$"{facts} who is {most}?", $"who is {most}? {facts}", $"{facts} name the {most}.", $"find the {most}: {facts}"],
            names[0],
            names[1]);
    }

    private static TaskItem OddOneOut(SeededRandom random)
    {
        var kinds = random.Sample(Lexicon.KindNames, 2);
        var same = random.Sample(Lexicon.Kinds[kinds[0]], 2);
        var odd = random.Pick(Lexicon.Kinds[kinds[1]]);
        var words = random.Sample([same[0], same[1], odd], 3);
        var list = string.Join(", ", words);
        return new(
            $"odd {list}",
            [$"which is the odd one out: {list}?", $"{list}: which one does not fit?", $"pick the odd one of {list}.", $"find what is different: {list}."],
            odd,
            words.First(word => word != odd));
    }

    private static TaskItem Membership(SeededRandom random)
    {
        var words = random.Sample(Lexicon.Nouns, 4);
        var set = string.Join(", ", words[..3]);
        var inside = random.Next(2) == 0;
        var asked = inside ? words[random.Next(3)] : words[3];
        var (right, wrong) = inside ? ("yes", "no") : ("no", "yes");
        return new(
            $"{asked} in {set}",
            [$"is {asked} one of {set}?", $"{set}: is {asked} in the list?", $"say if {asked} is in {set}.", $"find out if {set} has {asked}."],
            right,
            wrong);
    }

    private static TaskItem Choice(SeededRandom random)
    {
        var kinds = random.Sample(Lexicon.KindNames, 3);
        var right = random.Pick(Lexicon.Kinds[kinds[0]]);
        var words = random.Sample([right, random.Pick(Lexicon.Kinds[kinds[1]]), random.Pick(Lexicon.Kinds[kinds[2]])], 3);
        var list = string.Join(", ", words);
        return new(
            $"{kinds[0]} of {list}",
            [$"which is the {kinds[0]}: {list}?", $"{list}: which one is a {kinds[0]}?", $"pick the {kinds[0]} of {list}.", $"find the {kinds[0]}: {list}."],
            right,
            words.First(word => word != right));
    }
}
