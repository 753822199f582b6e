using Transformer2.Experts;
using Transformer2.Training.Corpus;
using Transformer2.Training.Experts;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>What a training made.</summary>
internal sealed record ExpertTrainingResult(
    string Output, string Category, long Parameters, int BestStep, IReadOnlyList<ValidationLook> Validation);

/// <summary>Accuracy on the validation split after some steps.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Own">Share of right answers on the expert's own category.</param>
/// <param name="Others">Share of right answers on the others.</param>
internal sealed record ValidationLook(int Step, double Own, double Others);

/// <summary>The training of an expert for a local base model.</summary>
internal sealed record ExpertTrainingRun(string Model, string Category, string Output, ulong? Seed, int? Steps, int? Threads, string? CurveFile)
{
    public ExpertTrainingResult Run(CliHost host, CancellationToken cancellationToken)
    {
        var options = new ExpertTrainingOptions();
        options = options with { Seed = Seed ?? options.Seed, Steps = Steps ?? options.Steps };
        TrainingThreads.Use(Threads);
        using var model = LocalModel.Load(Model, decompose: true, host, cancellationToken);
        var category = Enum.Parse<Category>(Category, ignoreCase: true);
        var trainer = new SvfExpertTrainer(model.Decoder, model.LoadTokenizer(), category, options);
        using var progress = new TrainingLine(host);
        var best = trainer.Run(progress, cancellationToken);
        ExpertFile.Write(Output, best.Vector, new ExpertMetadata
        {
            BaseModel = model.Layout.BaseModel,
            Decomposition = model.Layout.Decomposition,
            Mask = "direct",
            Renormalization = "none",
            Modules = "mlp",
            Task = Category,
            Description = $"Next-token SVF on the {Category} families of the generated corpus.",
            Lineage = $"t2 train expert --category {Category} --seed {options.Seed} --steps {options.Steps}, state of step {best.Step}",
        });
        SaveCurve(best);
        return new ExpertTrainingResult(
            Output,
            Category,
            best.Vector.ParameterCount,
            best.Step,
            [.. best.History.Select(look => new ValidationLook(look.Step, look.Own.Value, look.Others.Value))]);
    }

    private void SaveCurve(TrainedExpert best)
    {
        if (CurveFile is null)
        {
            return;
        }

        var curve = new LossCurve(CurveFile, $"Training loss of the {Category} expert");
        curve.TruncateAfter(0);
        for (var step = 1; step <= best.Losses.Count; step++)
        {
            curve.Add(step, best.Losses[step - 1]);
        }

        curve.Save();
    }
}
