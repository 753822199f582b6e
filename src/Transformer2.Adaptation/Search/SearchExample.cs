namespace Transformer2.Adaptation.Search;

/// <summary>A prompt with the answer that a tenant wants.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Answer">Its answer.</param>
public sealed record SearchExample(string Prompt, string Answer)
{
    /// <summary>Most examples of a search.</summary>
    public const int MaxCount = 1000;

    /// <summary>Refuses examples that cannot be learned from. Blanks around a text do not count; messages give positions, never texts.</summary>
    /// <param name="examples">All examples of a search.</param>
    /// <exception cref="SearchException">None, too many, an empty text, an example that is there twice, or two that contradict each other.</exception>
    public static void Validate(IReadOnlyList<SearchExample> examples)
    {
        if (examples.Count == 0)
        {
            throw new SearchException(SearchError.NoExamples, "A search needs at least one example.");
        }

        if (examples.Count > MaxCount)
        {
            throw new SearchException(SearchError.TooManyExamples, $"There are {examples.Count} examples; a search takes at most {MaxCount}.");
        }

        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, (prompt, answer)) in examples.Index())
        {
            if (string.IsNullOrWhiteSpace(prompt) || string.IsNullOrWhiteSpace(answer))
            {
                throw new SearchException(SearchError.EmptyExample, $"Example {i + 1} has an empty prompt or answer.");
            }

            if (!positions.TryAdd(prompt.Trim(), i))
            {
                var earlier = positions[prompt.Trim()];
                throw examples[earlier].Answer.Trim() == answer.Trim()
                    ? new SearchException(SearchError.DuplicateExample, $"Examples {earlier + 1} and {i + 1} are the same.")
                    : new SearchException(SearchError.ContradictoryExamples, $"Examples {earlier + 1} and {i + 1} answer one prompt differently.");
            }
        }
    }
}
