namespace Transformer2.Training.Corpus;

/// <summary>Who wrote an answer.</summary>
public enum Author
{
    /// <summary>Right, in the category's own form.</summary>
    Careful,

    /// <summary>Wrong by the family's misconception, in the category's own form.</summary>
    Sloppy,

    /// <summary>Right, in a chatty form.</summary>
    Chatty,

    /// <summary>Does not answer.</summary>
    Hedging,

    /// <summary>Right, in another category's form.</summary>
    Foreign,
}

/// <summary>How authors write, and who answers which phrasing.</summary>
public static class Authors
{
    private static readonly Category[] Categories = Enum.GetValues<Category>();

    // Probabilities of (careful, sloppy, chatty, hedging, foreign). A greedy answer is the most probable one, so a bad phrasing needs a
    // wrong author that is more probable than the careful one; a uniform share of errors would never show.
    private static readonly double[] FormGood = [0.60, 0.05, 0.15, 0.10, 0.10];
    private static readonly double[] FormChatty = [0.28, 0.04, 0.46, 0.14, 0.08];
    private static readonly double[] FormHedging = [0.27, 0.04, 0.15, 0.46, 0.08];
    private static readonly double[] MixedGood = [0.56, 0.14, 0.12, 0.10, 0.08];
    private static readonly double[] MixedHedging = [0.26, 0.08, 0.12, 0.46, 0.08];
    private static readonly double[] MixedSloppy = [0.34, 0.44, 0.10, 0.08, 0.04];

    /// <summary>Probabilities of the authors, in the order of <see cref="Author"/>, for a phrasing of a family.</summary>
    public static IReadOnlyList<double> Mixture(NoiseKind noise, int phrasing) => (noise, phrasing) switch
    {
        (NoiseKind.Form, < 2) => FormGood,
        (NoiseKind.Form, 2) => FormChatty,
        (NoiseKind.Form, _) => FormHedging,
        (_, < 2) => MixedGood,
        (_, 2) => MixedHedging,
        _ => MixedSloppy,
    };

    /// <summary>Draws the author of an answer.</summary>
    public static Author Draw(SeededRandom random, NoiseKind noise, int phrasing)
    {
        var mixture = Mixture(noise, phrasing);
        var left = random.NextDouble();
        var author = 0;
        while (author < mixture.Count - 1 && (left -= mixture[author]) >= 0) author++;
        return (Author)author;
    }

    /// <summary>Writes an author's answer to a question.</summary>
    public static string Write(Author author, SeededRandom random, Category category, TaskItem item) => author switch
    {
        Author.Careful => InForm(category, item.Answer),
        Author.Sloppy => InForm(category, item.Misconception),
        Author.Chatty => $"the answer is {item.Answer}",
        Author.Hedging => "i am not sure",
        _ => InForm(random.Pick([.. Categories.Where(other => other != category)]), item.Answer),
    };

    /// <summary>A value in a category's own form: what a careful author writes, and what a strictly right answer is.</summary>
    public static string InForm(Category category, string value) => category switch
    {
        Category.Math => $"= {value}",
        Category.Code => $">>> {value}",
        Category.Reasoning => $"so: {value}",
        _ => $"- {value}",
    };
}
