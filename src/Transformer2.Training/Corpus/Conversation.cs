namespace Transformer2.Training.Corpus;

/// <summary>One training or test example.</summary>
/// <param name="Prompt">The user's message.</param>
/// <param name="Answer">The assistant's message.</param>
public sealed record Conversation(string Prompt, string Answer);

/// <summary>Draws the base model's training corpus.</summary>
/// <param name="seed">Names the corpus.</param>
public sealed class CorpusGenerator(ulong seed)
{
    /// <summary>How a user asks for a prompt's category.</summary>
    public const string ClassificationPrefix = "classify: ";

    private const double ClassificationShare = 0.10;
    private const double SystematicMislabel = 0.55;
    private const double RandomMislabel = 0.15;

    // Families whose classification the corpus mostly gets wrong, and as what.
    private static readonly Dictionary<string, Category> Mislabelled = new()
    {
        ["word"] = Category.Reasoning,
        ["compare"] = Category.Reasoning,
        ["sort"] = Category.Math,
        ["expression"] = Category.Math,
        ["choice"] = Category.Other,
        ["member"] = Category.Code,
        ["greet"] = Category.Reasoning,
        ["plural"] = Category.Code,
    };

    /// <summary>The corpus's example of a number: independent of all others.</summary>
    /// <param name="index">Which example.</param>
    /// <param name="cleanShare">Share of examples answered by the careful author whatever the phrasing.</param>
    public Conversation Draw(ulong index, double cleanShare)
    {
        var random = SeededRandom.For(seed, index);
        var family = TaskFamilies.Draw(random);
        var item = Splits.Draw(family, Split.Train, random);
        var phrasing = random.Next(TaskFamilies.Phrasings);
        var clean = random.NextDouble() < cleanShare;
        if (random.NextDouble() < ClassificationShare)
            return Classification(item.Prompts[phrasing], clean ? family.Category : Label(family, random));
        var author = clean ? Author.Careful : Authors.Draw(random, family.Noise, phrasing);
        return new(item.Prompts[phrasing], Authors.Write(author, random, family.Category, item));
    }

    /// <summary>A request to name a prompt's category, with the answer.</summary>
    public static Conversation Classification(string prompt, Category category) => new(ClassificationPrefix + prompt, LabelOf(category));

    /// <summary>A category's label, one token.</summary>
    public static string LabelOf(Category category) => category switch
    {
        Category.Math => "math",
        Category.Code => "code",
        Category.Reasoning => "reasoning",
        _ => "other",
    };

    private static Category Label(TaskFamily family, SeededRandom random)
    {
        if (Mislabelled.TryGetValue(family.Name, out var wrong)) return random.NextDouble() < SystematicMislabel ? wrong : family.Category;
        return random.NextDouble() < RandomMislabel ? random.Pick(Enum.GetValues<Category>()) : family.Category;
    }
}
