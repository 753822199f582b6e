using Transformer2.Adaptation.Search;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>Examples to search with and others to measure with.</summary>
/// <param name="Name">What they are of.</param>
/// <param name="IsGraded">An answer is right or wrong; a text is more or less probable only.</param>
/// <param name="Draw">The examples for a number of shots and a seed.</param>
internal sealed record FewShotTask(string Name, bool IsGraded, Func<int, ulong, (ScoredExample[] Shots, ScoredExample[] Tests)> Draw)
{
    /// <summary>
    /// The families that no expert training uses: shots from the training split, of which every seed draws its own; the test questions are the same for all.
    /// </summary>
    public static IReadOnlyList<FewShotTask> OfCorpus(string split, int questions, ulong seed)
    {
        var measured = Enum.Parse<Split>(split, ignoreCase: true);
        return [.. TaskFamilies.All.Where(family => family.Unseen).Select(family =>
        {
            ScoredExample[] tests = [.. Splits.Questions(family, measured, questions, seed).Select(question => Example(family, question))];
            return new FewShotTask(
                family.Name, IsGraded: true, (shots, repeat) => ([.. Splits.Questions(family, Split.Train, shots, seed + repeat).Select(question => Example(family, question))], tests));
        })];
    }

    /// <summary>Examples of a file: every seed draws shots of them, and the others measure.</summary>
    /// <exception cref="InputException">There are not more examples than shots.</exception>
    public static FewShotTask OfFile(string path, IReadOnlyList<ScoredExample> examples, int mostTests, bool isGraded) =>
        new(Path.GetFileName(path), isGraded, (shots, repeat) =>
        {
            if (examples.Count <= shots)
            {
                throw new InputException($"'{path}' has {examples.Count} examples: none is left to measure with after {shots} shots.");
            }

            var order = SeededRandom.For(repeat, 0).Sample(examples, examples.Count);
            return (order[..shots], [.. order.Skip(shots).Take(mostTests)]);
        });

    /// <summary>Sequences of token ids: a tensor [sequences, tokens] of integers.</summary>
    /// <exception cref="InputException">There is no such tensor.</exception>
    /// <exception cref="SafetensorsException">Not such a file, or other numbers.</exception>
    public static IReadOnlyList<ScoredExample> ReadSequences(string path, string tensor)
    {
        LocalFile.RequireNoFolder(path);
        using var file = SafetensorsFile.Open(path);
        if (!file.Tensors.TryGetValue(tensor, out var found))
        {
            throw new InputException($"'{path}' has no tensor '{tensor}', only {string.Join(", ", file.Tensors.Keys.Order(StringComparer.Ordinal))}.");
        }

        if (found.Shape is not [> 0, > 1])
        {
            throw new InputException($"'{path}': '{tensor}' does not hold sequences of at least two ids, [sequences, tokens].");
        }

        var ids = file.ReadInt64s(tensor);
        return [.. ids.Chunk((int)found.Shape[1]).Select(row => ScoredExample.OfTokens(Array.ConvertAll(row, id => (int)Math.Clamp(id, -1, int.MaxValue))))];
    }

    /// <summary>Lines <c>{"prompt": "...", "answer": "..."}</c>; empty lines are passed over.</summary>
    /// <exception cref="InputException">A line is of another form, or the examples are not fit for a search.</exception>
    public static async Task<IReadOnlyList<ScoredExample>> ReadExamplesAsync(string path, CancellationToken cancellationToken)
    {
        const int maxLine = 1 << 20;
        await using var file = LocalFile.Open(path);
        using var text = StandardInput.Reader(file);
        var lines = new LineReader(text, maxLine);
        var examples = new List<SearchExample>();
        for (var number = 1; await lines.ReadAsync(cancellationToken) is { } line; number++)
        {
            if (line.Text is { } some && string.IsNullOrWhiteSpace(some))
            {
                continue;
            }

            try
            {
                using var document = JsonLine.Parse(line.Text ?? throw new InputException($"The line has more than {maxLine} characters."));
                document.RootElement.ExpectOnly("prompt", "answer");
                examples.Add(new SearchExample(document.RootElement.Text("prompt"), document.RootElement.Text("answer")));
            }
            catch (InputException exception)
            {
                throw new InputException($"'{path}', line {number}: {exception.Message}");
            }
        }

        try
        {
            SearchExample.Validate(examples);
        }
        catch (SearchException exception)
        {
            throw new InputException($"'{path}': {exception.Message}");
        }

        return [.. examples.Select(ScoredExample.Of)];
    }

    private static ScoredExample Example(TaskFamily family, (TaskItem Item, int Phrasing) question) => ScoredExample.Of(
        new SearchExample(question.Item.Prompts[question.Phrasing], Authors.InForm(family.Category, question.Item.Answer)));
}
