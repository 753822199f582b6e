using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Corpus;
using Transformer2.Training.Experts;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>What a training made.</summary>
internal sealed record ExpertTrainingResult(
    string Output, string Category, long Parameters, int BestStep, IReadOnlyList<ExpertTrainingLook> Validation);

/// <summary>Accuracy on the validation split after some steps.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Own">Share of right answers on the expert's own category.</param>
/// <param name="Others">Share of right answers on the others.</param>
internal sealed record ExpertTrainingLook(int Step, double Own, double Others);

/// <summary>The training of an expert for a local base model.</summary>
internal sealed record ExpertTrainingRun(string Model, string Category, string Output, ulong? Seed, int? Steps, int? Threads, string? CurveFile, Placement Placement)
{
    /// <exception cref="InputException">The checkpoint is of another training.</exception>
    public ExpertTrainingResult Run(CliHost host, CancellationToken cancellationToken)
    {
        var options = new ExpertTrainingOptions();
        options = options with { Seed = Seed ?? options.Seed, Steps = Steps ?? options.Steps };
        TrainingThreads.Use(Threads);
        using var model = LocalModel.Load(Model, decompose: true, host, cancellationToken, Placement);
        var category = Enum.Parse<Category>(Category, ignoreCase: true);
        var trainer = new SvfExpertTrainer(model.Decoder, model.LoadTokenizer(), category, options, model.Layout.BaseModel);
        var output = new ExpertOutput(Output);
        var trained = output.Train(host, (checkpoint, progress) => trainer.Run(checkpoint, progress, cancellationToken));
        output.Write(model, trained.Vector, new ExpertMetadata
        {
            Task = Category,
            Description = $"Next-token SVF on the {Category} families of the generated corpus.",
            Lineage = $"t2 train expert --category {Category} --seed {options.Seed} --steps {options.Steps}, state of step {trained.Best.Step}",
        });
        SaveCurve(trained.Losses);
        output.Finish();
        return new ExpertTrainingResult(
            Output,
            Category,
            trained.Vector.ParameterCount,
            trained.Best.Step,
            [.. trained.Looks.Select(look => new ExpertTrainingLook(look.Step, look.Own.Value, look.Others.Value))]);
    }

    private void SaveCurve(IReadOnlyList<double> losses)
    {
        if (CurveFile is null)
        {
            return;
        }

        var curve = new LossCurve(CurveFile, $"Training loss of the {Category} expert");
        curve.TruncateAfter(0);
        for (var step = 1; step <= losses.Count; step++)
        {
            curve.Add(step, losses[step - 1]);
        }

        curve.Save();
    }
}
