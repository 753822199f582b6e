namespace Transformer2.Training.Corpus;

/// <summary>The words of the corpus.</summary>
internal static class Lexicon
{
    public static readonly string[] Names =
        ["tom", "bob", "sue", "ann", "max", "eva", "joe", "mia", "ben", "lea", "sam", "ida", "kim", "leo", "zoe", "tim"];

    public static readonly string[] Things =
        ["pens", "coins", "cards", "books", "shells", "stamps", "stones", "cups"];

    public static readonly string[] Adjectives =
        ["big", "small", "old", "new", "clean", "dirty", "heavy", "light", "cheap", "nice"];

    public static readonly IReadOnlyDictionary<string, string[]> Kinds = new Dictionary<string, string[]>
    {
        ["animal"] = ["cat", "dog", "horse", "cow", "pig", "goat", "duck", "hen", "frog", "bear"],
        ["fruit"] = ["apple", "pear", "plum", "grape", "lemon", "melon", "banana", "mango", "fig", "lime"],
        ["tool"] = ["hammer", "saw", "drill", "rake", "spade", "axe", "nail", "screw", "broom", "brush"],
        ["garment"] = ["shirt", "coat", "hat", "sock", "shoe", "glove", "belt", "skirt", "scarf", "jacket"],
    };

    public static readonly string[] KindNames = [.. Kinds.Keys];

    public static readonly string[] Nouns = [.. Kinds.Values.SelectMany(words => words)];

    public static string KindOf(string noun) => Kinds.First(kind => kind.Value.Contains(noun)).Key;

    /// <summary>Random letters that are not an English word of the corpus.</summary>
    public static string Letters(SeededRandom random, int least, int most)
    {
        var letters = new char[random.Between(least, most)];
        for (var i = 0; i < letters.Length; i++) letters[i] = (char)('a' + random.Next(26));
        return new string(letters);
    }

    public static string Article(string noun) => "aeiou".Contains(noun[0]) ? "an" : "a";
}
