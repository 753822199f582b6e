using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Corpus;
using Transformer2.Training.Experts;
using Transformer2.Training.Objectives;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>What a training made.</summary>
internal sealed record ExpertTrainingResult(
    string Output, string Category, long Parameters, int BestStep, IReadOnlyList<ExpertTrainingLook> Validation, string Objective, int Steps);

/// <summary>Accuracy on the validation split after some steps.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Own">Share of right answers on the expert's own category.</param>
/// <param name="Others">Share of right answers on the others.</param>
/// <param name="OwnAccuracy">The former with n and its interval.</param>
/// <param name="OthersAccuracy">Likewise.</param>
internal sealed record ExpertTrainingLook(int Step, double Own, double Others, Accuracy OwnAccuracy, Accuracy OthersAccuracy)
{
    public static ExpertTrainingLook Of(ValidationLook look) =>
        new(look.Step, look.Own.Value, look.Others.Value, Accuracy.Of(look.Own), Accuracy.Of(look.Others));
}

/// <summary>The training of an expert for a local base model.</summary>
internal sealed record ExpertTrainingRun(string Model, string Category, string Output, ulong? Seed, int? Steps, int? Threads, string? CurveFile, string? LearningCurveFile, Placement Placement)
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
        SaveLossCurve(CurveFile, Category, trained.Losses);
        if (LearningCurveFile is not null)
        {
            LearningCurve.Save(LearningCurveFile, $"next-token: {Category}", trained.Losses, trained.Rewards, [.. trained.Looks.Select(look => (look.Step, look.Own.Value))]);
        }

        output.Finish();
        return new ExpertTrainingResult(
            Output,
            Category,
            trained.Vector.ParameterCount,
            trained.Best.Step,
            [.. trained.Looks.Select(ExpertTrainingLook.Of)],
            TrainingObjectives.NextToken,
            trained.Losses.Count);
    }

    /// <summary>Writes the losses as CSV and drawing, where there is a file for them.</summary>
    public static void SaveLossCurve(string? file, string category, IReadOnlyList<double> losses)
    {
        if (file is null)
        {
            return;
        }

        var curve = new LossCurve(file, $"Training loss of the {category} expert");
        curve.TruncateAfter(0);
        for (var step = 1; step <= losses.Count; step++)
        {
            curve.Add(step, losses[step - 1]);
        }

        curve.Save();
    }
}
