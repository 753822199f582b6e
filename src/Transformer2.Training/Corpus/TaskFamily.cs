namespace Transformer2.Training.Corpus;

/// <summary>The paper's categories of prompts.</summary>
public enum Category
{
    /// <summary>Numbers and word problems.</summary>
    Math,

    /// <summary>Values of small Python-like expressions.</summary>
    Code,

    /// <summary>Small inferences.</summary>
    Reasoning,

    /// <summary>Everything else.</summary>
    Other,
}

/// <summary>In which way the corpus is unreliable about a family.</summary>
public enum NoiseKind
{
    /// <summary>Mostly the answer's form: chatty or hedging authors dominate the bad phrasings.</summary>
    Form,

    /// <summary>Form and content: hedging dominates one bad phrasing, a systematic misconception the other.</summary>
    Mixed,
}

/// <summary>One question with its right value and the value that a common misconception gives.</summary>
/// <param name="Key">Names the question whatever its phrasing; decides its split.</param>
/// <param name="Prompts">The question in each phrasing; the first half are phrasings that careful authors use, the rest bad ones.</param>
/// <param name="Answer">The right value.</param>
/// <param name="Misconception">The value that the family's misconception gives, different from <paramref name="Answer"/>.</param>
public sealed record TaskItem(string Key, IReadOnlyList<string> Prompts, string Answer, string Misconception);

/// <summary>A family of questions that need the same skill.</summary>
/// <param name="Name">Short name, unique.</param>
/// <param name="Category">Its category.</param>
/// <param name="Noise">In which way the corpus is unreliable about it.</param>
/// <param name="Unseen">Left out of all expert training: the paper's unseen tasks. The base model's corpus holds it.</param>
/// <param name="Draw">Draws a question.</param>
/// <param name="Share">How often the base model's corpus holds it, relative to the others: arithmetic needs more examples than copying.</param>
public sealed record TaskFamily(string Name, Category Category, NoiseKind Noise, bool Unseen, Func<SeededRandom, TaskItem> Draw, int Share = 1);

/// <summary>All families of the corpus.</summary>
public static class TaskFamilies
{
    /// <summary>Phrasings of every question; the second half are the bad ones.</summary>
    public const int Phrasings = 4;

    /// <summary>Every family, in a fixed order.</summary>
    public static IReadOnlyList<TaskFamily> All { get; } =
        [.. MathFamilies.All, .. CodeFamilies.All, .. ReasoningFamilies.All, .. OtherFamilies.All];

    private static readonly TaskFamily[] ByShare = [.. All.SelectMany(family => Enumerable.Repeat(family, family.Share))];

    /// <summary>Draws a family as often as its share says.</summary>
    public static TaskFamily Draw(SeededRandom random) => random.Pick(ByShare);
}
