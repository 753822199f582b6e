using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Experts;
using Transformer2.Training.Objectives;

namespace Transformer2.Grains.Inference;

/// <summary>Between what a tenant asks, and what a training takes and makes.</summary>
internal static class TrainingMapping
{
    /// <exception cref="ArgumentException">There is no such objective.</exception>
    public static TaskTrainingOptions ToOptions(this AdaptationJob.Training job)
    {
        var recipe = TaskTrainingOptions.For(job.Objective);
        recipe = recipe with
        {
            Adapter = recipe.Adapter with { Modules = job.Modules },
            Steps = job.Steps,
            LearningRate = job.LearningRate,
            KlCoefficient = job.KlCoefficient,
            Seed = job.Seed,
            ValidationInterval = job.ValidationInterval,
            Patience = job.Patience,
        };
        if (job.Objective != TrainingObjectives.Reinforce)
            return recipe;

        // A single answer is the published form: the most probable one, without anything to compare it with.
        return recipe with
        {
            Prompts = job.Prompts,
            Samples = job.Samples,
            Temperature = job.Samples == 1 ? 0 : job.Temperature,
            Baseline = job.Samples == 1 ? "none" : "leave-one-out",
        };
    }

    /// <summary>What the expert's file says of it: nothing but what the job decides, so that repeating the job makes the same bytes.</summary>
    public static ExpertMetadata ToMetadata(this AdaptationJob.Training job, int bestStep, ExpertLayout layout) => new()
    {
        BaseModel = layout.BaseModel,
        Decomposition = layout.Decomposition,
        Mask = "direct",
        Renormalization = "none",
        Modules = job.Modules,
        Task = job.Dataset.Id.Value,
        Description = $"Trained on the data set {job.Dataset.Id}.",
        Lineage = string.Create(
            CultureInfo.InvariantCulture,
            $"training: {job.Objective}, verifier {job.Verifier.Name}, data set sha256:{job.Dataset.Digest}, seed {job.Seed}, {job.Steps} steps, state of step {bestStep}"),
    };
}
