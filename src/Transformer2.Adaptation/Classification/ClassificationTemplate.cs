using System.Text;
using System.Text.RegularExpressions;

namespace Transformer2.Adaptation.Classification;

/// <summary>
/// How a prompt is put to a model for classification. The user's text holds <c>{prompt}</c> once; it or the system's text may hold
/// <c>{categories}</c>, which becomes one line <c>name: description</c> per category.
/// </summary>
public sealed partial record ClassificationTemplate
{
    /// <summary>Most UTF-8 bytes of each part.</summary>
    public const int MaxPartBytes = 16 << 10;

    private const string PromptPlace = "{prompt}";
    private const string CategoriesPlace = "{categories}";

    /// <summary>Names the template.</summary>
    public required string Name { get; init; }

    /// <summary>Counts changes of the template, from 1: scores of different versions do not compare.</summary>
    public required int Version { get; init; }

    /// <summary>The system message, or null.</summary>
    public string? System { get; init; }

    /// <summary>The user's message.</summary>
    public required string User { get; init; }

    /// <summary>Text that the model's answer begins with, taken as it is.</summary>
    public string AnswerPrefix { get; init; } = "";

    /// <summary>Text that ends an answer and is scored together with the label, taken as it is.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Refuses a template that cannot be used.</summary>
    /// <exception cref="ClassificationException">A part is too long, a place is missing or there too often, or the name is missing.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Name) || Version < 1)
        {
            throw new ClassificationException(ClassificationError.TemplateName, "A template has a name and a version of at least 1.");
        }

        foreach (var part in new[] { Name, System ?? "", User, AnswerPrefix, Suffix })
        {
            if (Encoding.UTF8.GetByteCount(part) > MaxPartBytes)
            {
                throw new ClassificationException(
                    ClassificationError.TemplateTooLong, $"A part of a template has more than {MaxPartBytes} bytes.");
            }
        }

        // The categories' place is there once only, so that a short template cannot become a long prompt.
        if (Count(User, PromptPlace) != 1 || Count(System, PromptPlace) != 0 || Count(User, CategoriesPlace) + Count(System, CategoriesPlace) > 1)
        {
            throw new ClassificationException(
                ClassificationError.TemplatePlaceholder,
                $"A template holds {PromptPlace} exactly once, in the user's text, and {CategoriesPlace} at most once.");
        }

        static int Count(string? text, string place) => text.AsSpan().Count(place);
    }

    /// <summary>
    /// Puts a prompt into the template, letter by letter and in one pass: places in the prompt or in a category stay text.
    /// </summary>
    /// <param name="categories">The categories, in the policy's order.</param>
    /// <param name="prompt">The prompt.</param>
    /// <exception cref="ClassificationException">The template is not valid, or there is no category.</exception>
    public RenderedClassification Render(IReadOnlyList<ClassificationCategory> categories, string prompt)
    {
        Validate();
        if (categories.Count == 0)
        {
            throw new ClassificationException(ClassificationError.NoCategory, "A classification needs at least one category.");
        }

        var lines = string.Join('\n', categories.Select(category => category.Description.Length == 0 ? category.Name : $"{category.Name}: {category.Description}"));
        return new RenderedClassification(System is null ? null : Fill(System), Fill(User), AnswerPrefix);

        string Fill(string text) => Place().Replace(text, place => place.Value == PromptPlace ? prompt : lines);
    }

    [GeneratedRegex(@"\{(?:prompt|categories)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
