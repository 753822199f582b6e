using System.Globalization;
using System.Text;
using Transformer2.Abstractions;
using Transformer2.V1;
using TrainingGates = Transformer2.Abstractions.TrainingGates;

namespace Transformer2.Gateway;

/// <summary>Checks what is asked of a training, and translates it: what is not set becomes the platform's choice here, so that a job says all of it.</summary>
internal static class TrainingRequests
{
    private const string Reinforce = "reinforce";
    private const string Exact = "exact";
    private static readonly string[] Objectives = [Reinforce, "next-token"];
    private static readonly string[] Modules = ["mlp", "attention", "all"];

    /// <summary>The job's id: as asked for, or a new one.</summary>
    public static AdaptationId ToId(this CreateTrainingRequest request)
    {
        if (request.TrainingId.Length == 0)
            return AdaptationId.Parse($"t-{Guid.NewGuid():n}");
        return AdaptationId.TryParse(request.TrainingId, out var id)
            ? id
            : throw Fields.Invalid("training_id", $"training_id is not {ResourceId.Rule}.");
    }

    /// <summary>What is asked of the job.</summary>
    public static AdaptationSpec ToSpec(this CreateTrainingRequest request, AdaptationId id, TenantId tenant)
    {
        var expert = ExpertId.Parse(id.Value);
        if (request.ExpertId.Length > 0 && !ExpertId.TryParse(request.ExpertId, out expert))
            throw Fields.Invalid("expert_id", $"expert_id is not {ResourceId.Rule}.");
        return new((request.Recipe ?? new()).ToJob(request.Gates ?? new(), tenant), expert, request.Overwrite);
    }

    private static AdaptationJob.Training ToJob(this TrainingRecipe recipe, V1.TrainingGates gates, TenantId tenant)
    {
        var objective = OneOf(recipe.Objective, Objectives, "recipe.objective");
        return new()
        {
            Dataset = new(ResourceNames.Dataset(recipe.Dataset, tenant, "recipe.dataset")),
            Verifier = (recipe.Verifier ?? new()).ToVerifier(),
            Objective = objective,
            Steps = Whole(recipe.Steps, 50, TrainingLimits.Steps, "recipe.steps"),
            Prompts = Whole(recipe.Prompts, 16, TrainingLimits.Prompts, "recipe.prompts"),
            Samples = Whole(recipe.Samples, 8, TrainingLimits.Samples, "recipe.samples"),
            MaxAnswerTokens = Whole(recipe.MaxAnswerTokens, 32, TrainingLimits.AnswerTokens, "recipe.max_answer_tokens"),
            LearningRate = Above0(recipe.HasLearningRate ? recipe.LearningRate : 0.01, 1, "recipe.learning_rate"),
            KlCoefficient = From0(recipe.HasKlCoefficient ? recipe.KlCoefficient : objective == Reinforce ? 0.1 : 0, TrainingLimits.KlCoefficient, "recipe.kl_coefficient"),
            Temperature = Above0(recipe.HasTemperature ? recipe.Temperature : 1, TrainingLimits.Temperature, "recipe.temperature"),
            Modules = OneOf(recipe.Modules, Modules, "recipe.modules"),
            Seed = recipe.HasSeed ? recipe.Seed : 1,
            ValidationInterval = Whole(recipe.ValidationInterval, 10, TrainingLimits.Looks, "recipe.validation_interval"),
            Patience = recipe.Patience == 0 ? null : Whole(recipe.Patience, 0, TrainingLimits.Looks, "recipe.patience"),
            Gates = gates.ToGates(tenant),
        };
    }

    private static TrainingVerifier ToVerifier(this Verifier verifier)
    {
        if (verifier.Name.Length > TrainingLimits.VerifierLength)
            throw Fields.Invalid("recipe.verifier.name", $"recipe.verifier.name has more than {TrainingLimits.VerifierLength} characters.");
        if (Encoding.UTF8.GetByteCount(verifier.Argument) > TrainingLimits.ArgumentBytes)
            throw Fields.Invalid("recipe.verifier.argument", $"recipe.verifier.argument has more than {TrainingLimits.ArgumentBytes} bytes.");
        return new(verifier.Name.Length == 0 ? Exact : verifier.Name, verifier.Argument);
    }

    private static TrainingGates ToGates(this V1.TrainingGates gates, TenantId tenant) => new(
        Above0(gates.HasMaxSpectralDrift ? gates.MaxSpectralDrift : 0.5, double.MaxValue, "gates.max_spectral_drift"),
        gates.RegressionDataset.Length == 0 ? null : new(ResourceNames.Dataset(gates.RegressionDataset, tenant, "gates.regression_dataset")),
        From0(gates.HasMaxRegression ? gates.MaxRegression : 2, 100, "gates.max_regression"));

    private static string OneOf(string value, string[] names, string field) => value.Length == 0
        ? names[0]
        : names.Contains(value, StringComparer.Ordinal) ? value : throw Fields.Invalid(field, $"{field} is not one of {string.Join(", ", names)}.");

    private static int Whole(int value, int otherwise, int most, string field) => value switch
    {
        0 => otherwise,
        > 0 when value <= most => value,
        _ => throw Fields.Invalid(field, $"{field} is not from 1 to {most}."),
    };

    private static double Above0(double value, double most, string field) => value > 0 && value <= most
        ? value
        : throw Fields.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field} is not a number above 0{(most < double.MaxValue ? $" and up to {most}" : "")}."));

    private static double From0(double value, double most, string field) => value >= 0 && value <= most
        ? value
        : throw Fields.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field} is not a number from 0 to {most}."));
}
