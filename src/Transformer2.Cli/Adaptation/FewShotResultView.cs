using System.Globalization;
using Google.Protobuf.Collections;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>What a few-shot search found, as text.</summary>
internal static class FewShotResultView
{
    public static string Text(FewShotResult result)
    {
        var weights = new TextTable("EXPERT", "WEIGHT");
        foreach (var entry in result.Weights)
        {
            weights.Add(AdaptationView.ShortOf(entry.Expert), Weight(entry.Weights));
        }

        var course = string.Create(CultureInfo.InvariantCulture, $"{result.Generations} generations, {result.Evaluations} evaluations\n");
        return result.Searched is null ? $"{weights}{course}" : $"{weights}{course}\n{Scores(result)}";
    }

    private static TextTable Scores(FewShotResult result)
    {
        var table = result.HeldOut is null
            ? new TextTable("CANDIDATE", "LOG-LIKELIHOOD (SEARCHED)", "CORRECT")
            : new TextTable("CANDIDATE", "LOG-LIKELIHOOD (HELD OUT)", "CORRECT", "LOG-LIKELIHOOD (SEARCHED)", "CORRECT");
        Add("found", scores => scores.Found);
        Add("base model", scores => scores.Base);
        Add("best single expert", scores => scores.BestSingle);
        Add("all alike", scores => scores.Uniform);
        return table;

        void Add(string name, Func<SearchScores, CandidateScore?> of)
        {
            SearchScores[] columns = result.HeldOut is null ? [result.Searched] : [result.HeldOut, result.Searched];
            table.Add([name, .. columns.SelectMany(scores => Cells(of(scores), scores.Examples))]);
        }
    }

    private static object[] Cells(CandidateScore? score, int examples) =>
        score is null ? ["no number", ""] : [Amounts.Figure(score.LogLikelihood), $"{score.Correct} of {examples}"];

    private static string Weight(RepeatedField<double> weights) => weights is [var only]
        ? Amounts.Figure(only)
        : $"{Amounts.Figure(weights.Average())} on average over {weights.Count} matrices, {Amounts.Figure(weights.Min())} to {Amounts.Figure(weights.Max())}";
}
