using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Corpus;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Measures every family with the base model and with each expert.</summary>
internal sealed record EvaluationRun(string Model, IReadOnlyList<string> Experts, string Split, int Questions, ulong Seed, Placement Placement)
{
    public async Task<EvaluationReport> RunAsync(CliHost host, CancellationToken cancellationToken)
    {
        using var model = LocalModel.Load(Model, decompose: Experts.Count > 0, host, cancellationToken, Placement);
        var vectors = new List<ExpertVector?> { null };
        foreach (var path in Experts)
        {
            vectors.Add(await model.ReadExpertAsync(path, cancellationToken));
        }

        var rows = Measure(model, vectors, host, cancellationToken);
        return new EvaluationReport(
            Model,
            Split,
            Questions,
            Seed,
            [new EvaluationColumn("base", null), .. Experts.Select(path => new EvaluationColumn(Path.GetFileNameWithoutExtension(path), path))],
            [.. rows.Select(row => Row(row.Family.Name, row.Family, row.Results))],
            [.. rows.GroupBy(row => (row.Family.Category, row.Family.Unseen))
                .OrderBy(group => group.Key)
                .Select(group => Row(NameOf(group.Key.Category), group.First().Family, Sum(group.Select(row => row.Results))))]);
    }

    // On one thread from here on: libtorch keeps "no gradients" and dispose scopes per thread.
    private List<(TaskFamily Family, Proportion[] Results)> Measure(
        LocalModel model, List<ExpertVector?> vectors, CliHost host, CancellationToken cancellationToken)
    {
        using var guard = torch.no_grad();
        var evaluation = new FamilyEvaluation(
            model.Decoder, model.LoadTokenizer(), Enum.Parse<Split>(Split, ignoreCase: true), Questions, Seed);
        RowExperts?[] experts = [.. vectors.Select(model.RowsOf)];
        using var line = new ProgressLine(host);
        var rows = new List<(TaskFamily, Proportion[])>();
        foreach (var family in TaskFamilies.All)
        {
            line.Report(() => $"family {rows.Count + 1} of {TaskFamilies.All.Count}: {family.Name}");
            rows.Add((family, [.. experts.Select(expert => evaluation.Evaluate(family, expert, cancellationToken).Total)]));
        }

        return rows;
    }

    private static Proportion[] Sum(IEnumerable<Proportion[]> rows) =>
        rows.Aggregate((left, right) => [.. left.Zip(right, (a, b) => a + b)]);

    private static EvaluationRow Row(string name, TaskFamily family, Proportion[] results) => new(
        name,
        NameOf(family.Category),
        family.Unseen,
        [.. results.Select(Accuracy.Of)]);

    private static string NameOf(Category category) => category.ToString().ToLowerInvariant();
}
