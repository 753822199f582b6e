namespace Transformer2.Adaptation.Classification;

/// <summary>The templates that come with the platform.</summary>
public static class ClassificationTemplates
{
    private const string NanoModelId = "nano";

    /// <summary><c>nano</c>: the question that the bundled model was trained to answer with a label.</summary>
    public static ClassificationTemplate Nano { get; } = new() { Name = "nano", Version = 1, User = "classify: {prompt}" };

    /// <summary>
    /// <c>paper</c>: for instruction-tuned models, after the prompt of Transformer-Squared (arXiv 2501.06252, figure 3) in other words. The label
    /// ends with the brace that closes its box, so that a label which begins another is not preferred to it.
    /// </summary>
    public static ClassificationTemplate Paper { get; } = new()
    {
        Name = "paper",
        Version = 1,
        System = """
            You sort requests into categories. You never answer the request itself.

            The categories, each with what belongs to it:
            {categories}

            How to decide:
            - Look at what the request is mainly about and which skill a good answer takes.
            - Where several categories would do, choose the one that dominates.
            - Use a category's name exactly as it is written above.

            End with one line that holds your decision in this form:
            Classification: \boxed{category}
            """,
        User = "{prompt}",
        AnswerPrefix = "Classification: \\boxed{",
        Suffix = "}",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ClassificationTemplate> All { get; } = [Nano, Paper];

    /// <summary>The template for a base model that no policy names one for.</summary>
    /// <param name="modelId">The base model's id.</param>
    public static ClassificationTemplate Default(string modelId) => modelId == NanoModelId ? Nano : Paper;
}
