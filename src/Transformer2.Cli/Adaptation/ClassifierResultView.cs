using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>What a classifier's training reached, as text.</summary>
internal static class ClassifierResultView
{
    public static string Text(ClassifierResult result)
    {
        var table = new TextTable(["RIGHT LABEL \\ GIVEN", .. result.Trained.Labels]);
        foreach (var (row, label) in result.Trained.Labels.Index())
        {
            table.Add([label, .. RowOf(result.Trained, row).Select(count => (object)count)]);
        }

        return $"right without the expert: {Right(result.Base)}\nright with the expert:    {Right(result.Trained)}\n\n{table}";
    }

    private static string Right(ConfusionMatrix matrix) =>
        $"{matrix.Labels.Select((_, row) => RowOf(matrix, row).ElementAt(row)).Sum()} of {matrix.Counts.Sum()} prompts that were held out";

    private static IEnumerable<int> RowOf(ConfusionMatrix matrix, int row) => matrix.Counts.Skip(row * matrix.Labels.Count).Take(matrix.Labels.Count);
}
