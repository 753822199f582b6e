namespace Transformer2.Training.Classification;

/// <summary>
/// The labels as whole answers: their tokens, and the one that ends the model's turn. No answer begins with another, so that their
/// probabilities are those of exclusive events.
/// </summary>
/// <param name="Ids">Per label.</param>
internal sealed record LabelAnswers(IReadOnlyList<int[]> Ids)
{
    public int Count => Ids.Count;

    /// <summary>Tokens of all labels that others follow; these are read in order to predict the next.</summary>
    public int Inputs { get; } = Ids.Sum(ids => ids.Length - 1);

    /// <summary>Tokens of all labels: these are predicted.</summary>
    public int Targets { get; } = Ids.Sum(ids => ids.Length);

    /// <summary>Numbers of the labels' first targets among all targets.</summary>
    public int[] TargetStarts { get; } = Starts(Ids.Select(ids => ids.Length));

    /// <summary>
    /// For every target the number of the position that predicts it, among those of one prompt: 0 is the prompt's last token, the labels'
    /// inputs follow.
    /// </summary>
    public int[] Predictors { get; } = PredictorsOf(Ids);

    private static int[] Starts(IEnumerable<int> lengths)
    {
        var starts = new List<int>();
        var start = 0;
        foreach (var length in lengths)
        {
            starts.Add(start);
            start += length;
        }

        return [.. starts];
    }

    private static int[] PredictorsOf(IReadOnlyList<int[]> labels)
    {
        var predictors = new List<int>();
        var next = 1;
        foreach (var label in labels)
        {
            predictors.Add(0);
            for (var i = 1; i < label.Length; i++) predictors.Add(next++);
        }

        return [.. predictors];
    }
}
