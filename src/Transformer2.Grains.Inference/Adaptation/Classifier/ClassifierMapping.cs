using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Classification;
using Transformer2.Experts;
using Transformer2.Training.Classification;
using ConfusionMatrix = Transformer2.Training.Classification.ConfusionMatrix;
using LabelledPrompt = Transformer2.Training.Classification.LabelledPrompt;

namespace Transformer2.Grains.Inference;

/// <summary>Between what a tenant asks and gets, and what a classifier's training takes and makes.</summary>
internal static class ClassifierMapping
{
    private const double HeldOutShare = 0.1;
    private const int MaxLabels = 32;
    private const int LongestList = 4096;

    /// <exception cref="ClassificationDataException">No classifier can be trained from the prompts.</exception>
    public static ClassificationData ToData(this AdaptationJob.Classifier job) => ClassificationData.Split(
        [.. job.Prompts.Select((prompt, i) => new LabelledPrompt(prompt.Prompt, prompt.Label, i + 1))],
        validationShare: HeldOutShare,
        testShare: HeldOutShare,
        limits: ClassificationLimits.Default with { MaxLabels = MaxLabels });

    public static ClassifierOptions ToOptions(this AdaptationJob.Classifier job)
    {
        var recipe = ClassifierOptions.For(job.Objective == "reinforce" ? ClassifierObjective.Reinforce : ClassifierObjective.NextToken);
        return recipe with { Steps = job.Steps ?? recipe.Steps, Seed = job.Seed };
    }

    /// <summary>The question as dispatch puts it: the expert is of use for no other.</summary>
    public static ClassificationTemplate ToTemplate(this AdaptationJob.Classifier job, string model) =>
        job.Template?.ToTemplate() ?? ClassificationTemplates.Default(model);

    public static ExpertMetadata ToMetadata(this AdaptationJob.Classifier job, ClassificationData data, TrainedClassifier trained, ExpertLayout layout)
    {
        var options = job.ToOptions();
        var names = string.Join(", ", data.Labels);
        var labels = names.Length <= LongestList ? names : $"{data.Labels.Count}";
        return new()
        {
            BaseModel = layout.BaseModel,
            Decomposition = layout.Decomposition,
            Mask = "direct",
            Renormalization = "none",
            Modules = "mlp",
            Task = ExpertMetadata.ClassificationTask,
            Description = "Names the category of a prompt: for the first pass of dispatch, and for no other task.",
            Lineage = string.Create(
                CultureInfo.InvariantCulture,
                $"classifier training: {options.Objective}, seed {options.Seed}, {options.Steps} steps, state of step {trained.Expert.Best.Step}, {data.Train.Count} prompts; labels {labels}"),
        };
    }

    public static Abstractions.ConfusionMatrix ToRecord(this ConfusionMatrix matrix) => new([.. matrix.Labels], [.. matrix.Counts.SelectMany(row => row)]);
}
