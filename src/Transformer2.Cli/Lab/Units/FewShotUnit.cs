using Transformer2.Adaptation.Search;
using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>What searches with a number of shots found.</summary>
/// <param name="Families">Per unseen family.</param>
internal sealed record FewShotFound(IReadOnlyList<FewShotFamily> Families);

/// <summary>A family's searches.</summary>
/// <param name="Family">The family.</param>
/// <param name="Searches">One for each seed.</param>
internal sealed record FewShotFamily(string Family, IReadOnlyList<FewShotSearch> Searches);

/// <summary>One search.</summary>
/// <param name="Weights">The mixture's weights, by expert; what they lack to one is the base model's.</param>
/// <param name="Mixture">The mixture on the test questions.</param>
/// <param name="BestExpert">The expert that was best on the shots.</param>
/// <param name="Uniform">All experts alike.</param>
internal sealed record FewShotSearch(IReadOnlyList<double> Weights, FamilyAnswers Mixture, FamilyAnswers BestExpert, FamilyAnswers Uniform);

/// <summary>Searches mixtures for the unseen families with a number of training questions of them.</summary>
/// <param name="experts">The experts that are mixed.</param>
/// <param name="families">The families.</param>
/// <param name="shots">Examples.</param>
/// <param name="sizes">How long is searched, how often, and how many test questions there are.</param>
/// <param name="seed">Names shots and questions.</param>
internal sealed class FewShotUnit(IReadOnlyList<AdapterTrainingUnit> experts, IReadOnlyList<TaskFamily> families, int shots, LabSizes sizes, ulong seed) : LabUnit<FewShotFound>
{
    /// <summary>Examples.</summary>
    public int Shots => shots;

    /// <inheritdoc/>
    public override string Name => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"few-shot {shots}");

    /// <inheritdoc/>
    public override object Settings => new
    {
        Families = families.Select(family => family.Name).ToArray(),
        shots,
        seed,
        sizes.TestQuestions,
        sizes.SearchSeeds,
        sizes.Population,
        sizes.Generations,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<ILabUnit> Needs => experts;

    /// <inheritdoc/>
    public override double Effort => 40 + (5 * shots);

    /// <inheritdoc/>
    protected override Task<FewShotFound> ResultAsync(LabRun run, CancellationToken cancellationToken) => run.WithEngineAsync(
        async local =>
        {
            var search = new ShotsSearch(
                local.Engine,
                [.. experts.Select(expert => expert.Vector(run))],
                [.. experts.Select(expert => CorpusGenerator.LabelOf(expert.Category))],
                WeightGranularity.Global)
            {
                Only = [ShotsSearch.BestExpert, ShotsSearch.Uniform, ShotsSearch.Cem],
                Options = SearchOptions.Default with { Population = sizes.Population, MaxGenerations = sizes.Generations },
            };
            var tasks = FewShotTask.OfCorpus(nameof(Split.Test), sizes.TestQuestions, seed).ToDictionary(task => task.Name);
            var found = new List<FewShotFamily>();
            foreach (var family in families)
            {
                found.Add(new FewShotFamily(family.Name, await SearchAsync(local, search, tasks[family.Name], cancellationToken)));
            }

            return new FewShotFound(found);
        },
        cancellationToken);

    private async Task<IReadOnlyList<FewShotSearch>> SearchAsync(LocalEngine local, ShotsSearch search, FewShotTask task, CancellationToken cancellationToken)
    {
        var searches = new List<FewShotSearch>();
        for (var repeat = 1UL; repeat <= (ulong)sizes.SearchSeeds; repeat++)
        {
            var (learned, tests) = task.Draw(shots, repeat);
            var results = (await search.RunAsync(
                learned, tests, task.IsGraded, repeat, step => local.Report(() => $"{task.Name}, seed {repeat} of {sizes.SearchSeeds}: {step}"), cancellationToken)).ToDictionary(result => result.Method);
            searches.Add(new FewShotSearch(
                results[ShotsSearch.Cem].Mixture.Weights, Answers(results[ShotsSearch.Cem]), Answers(results[ShotsSearch.BestExpert]), Answers(results[ShotsSearch.Uniform])));
        }

        return searches;

        FamilyAnswers Answers(ShotsResult result) => new(task.Name, string.Concat(result.Scores.Select(score => score.Correct == true ? '1' : '0')));
    }
}
