using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Transformer2.Abstractions;
using Transformer2.V1;
using LabelledPrompt = Transformer2.Abstractions.LabelledPrompt;

namespace Transformer2.Gateway;

/// <summary>Checks what is asked of a job, and translates it.</summary>
internal static class AdaptationRequests
{
    private static readonly string[] Objectives = ["next-token", "reinforce"];

    /// <summary>The job's id: as asked for, or a new one.</summary>
    public static AdaptationId ToId(this CreateAdaptationRequest request)
    {
        if (request.AdaptationId.Length == 0)
            return AdaptationId.Parse($"a-{Guid.NewGuid():n}");
        return AdaptationId.TryParse(request.AdaptationId, out var id)
            ? id
            : throw Fields.Invalid("adaptation_id", $"adaptation_id is not {ResourceId.Rule}.");
    }

    /// <summary>What is asked of the job.</summary>
    public static AdaptationSpec ToSpec(this CreateAdaptationRequest request, AdaptationId id, TenantId tenant)
    {
        var expert = ExpertId.Parse(id.Value);
        if (request.ExpertId.Length > 0 && !ExpertId.TryParse(request.ExpertId, out expert))
            throw Fields.Invalid("expert_id", $"expert_id is not {ResourceId.Rule}.");
        AdaptationJob job = request.JobCase switch
        {
            CreateAdaptationRequest.JobOneofCase.FewShot => request.FewShot.ToJob(tenant),
            CreateAdaptationRequest.JobOneofCase.Classifier => request.Classifier.ToJob(),
            _ => throw Fields.Invalid("job", "job asks for nothing that this server knows: set few_shot or classifier."),
        };
        return new(job, expert, request.Overwrite);
    }

    private static AdaptationJob.FewShot ToJob(this FewShotSearch search, TenantId tenant)
    {
        if (search.Experts.Count is 0 or > AdaptationLimits.Experts)
            throw Fields.Invalid("few_shot.experts", $"There are 1 to {AdaptationLimits.Experts} experts to mix, not {search.Experts.Count}.");
        var experts = search.Experts.Select(name => ResourceNames.Expert(name, tenant, "few_shot.experts")).ToImmutableArray();
        if (experts.Distinct().Count() != experts.Length)
            throw Fields.Invalid("few_shot.experts", "An expert may occur only once in a search.");
        if (search.Strategy.Length > AdaptationLimits.StrategyLength)
            throw Fields.Invalid("few_shot.strategy", $"few_shot.strategy has more than {AdaptationLimits.StrategyLength} characters.");
        if (search.Population is not (0 or (>= 2 and <= AdaptationLimits.Population)))
            throw Fields.Invalid("few_shot.population", $"few_shot.population is not from 2 to {AdaptationLimits.Population}.");
        if (search.Generations is < 0 or > AdaptationLimits.Generations)
            throw Fields.Invalid("few_shot.generations", $"few_shot.generations is not from 1 to {AdaptationLimits.Generations}.");
        if (search.EliteRatio is not (>= 0 and <= 1))
            throw Fields.Invalid("few_shot.elite_ratio", "few_shot.elite_ratio is not a number above 0 and up to 1.");
        return new()
        {
            Experts = experts,
            Examples = Examples(search),
            Strategy = search.Strategy,
            Parity = search.Parity,
            PerMatrix = search.PerMatrix,
            Population = NullIfZero(search.Population),
            Generations = NullIfZero(search.Generations),
            EliteRatio = search.EliteRatio == 0 ? null : search.EliteRatio,
            Seed = search.HasSeed ? search.Seed : 1,
        };
    }

    private static ImmutableArray<AdaptationExample> Examples(FewShotSearch search)
    {
        if (search.Examples.Count == 0)
            throw Unfit("NONE", "A search needs at least one example.");
        if (search.Examples.Count > AdaptationLimits.Examples)
            throw Unfit("TOO_MANY", $"There are {search.Examples.Count} examples; a search takes at most {AdaptationLimits.Examples}.");
        foreach (var (i, example) in search.Examples.Index())
        {
            RequireText(example.Prompt, i, "prompt");
            RequireText(example.Answer, i, "answer");
        }

        return [.. search.Examples.Select(example => new AdaptationExample(example.Prompt, example.Answer))];
    }

    private static AdaptationJob.Classifier ToJob(this ClassifierTraining training)
    {
        if (training.Objective.Length > 0 && !Objectives.Contains(training.Objective, StringComparer.Ordinal))
            throw Fields.Invalid("classifier.objective", $"classifier.objective is not one of {string.Join(", ", Objectives)}.");
        if (training.Steps is < 0 or > AdaptationLimits.Steps)
            throw Fields.Invalid("classifier.steps", $"classifier.steps is not from 1 to {AdaptationLimits.Steps}.");
        var template = training.Template?.ToTemplate();
        if (template is not null)
            DispatchPolicies.Require(new Abstractions.DispatchPolicy { Template = template });
        return new()
        {
            Prompts = Prompts(training),
            Objective = training.Objective,
            Steps = NullIfZero(training.Steps),
            Seed = training.HasSeed ? training.Seed : 1,
            Template = template,
        };
    }

    private static ImmutableArray<LabelledPrompt> Prompts(ClassifierTraining training)
    {
        if (training.Prompts.Count < AdaptationLimits.FewestLabelledPrompts)
            throw Unfit("TOO_FEW", $"There are {training.Prompts.Count} prompts; a training needs at least {AdaptationLimits.FewestLabelledPrompts}.");
        if (training.Prompts.Count > AdaptationLimits.LabelledPrompts)
            throw Unfit("TOO_MANY", $"There are {training.Prompts.Count} prompts; a training takes at most {AdaptationLimits.LabelledPrompts}.");
        foreach (var (i, prompt) in training.Prompts.Index())
        {
            RequireText(prompt.Prompt, i, "prompt");
            RequireText(prompt.Label, i, "label");
            // The expert is of use where a policy has these labels as categories.
            if (!DispatchPolicies.IsCategoryName(prompt.Label))
                throw Unfit("LABEL", $"The label of example {i + 1} is no category's name: {DispatchPolicies.CategoryNameRule}.", i);
        }

        var labels = training.Prompts.Select(prompt => prompt.Label).Distinct(StringComparer.Ordinal).ToArray();
        if (labels.GroupBy(label => label, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } alike)
            throw Unfit("LABEL", $"'{string.Join("' and '", alike)}' differ by the case of letters only, which categories do not.");

        return [.. training.Prompts.Select(prompt => new LabelledPrompt(prompt.Prompt, prompt.Label))];
    }

    private static void RequireText(string text, int example, string what)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Unfit("EMPTY", $"Example {example + 1} has an empty {what}.", example);
        if (Encoding.UTF8.GetByteCount(text) > AdaptationLimits.TextBytes)
            throw Unfit("TOO_LONG", $"The {what} of example {example + 1} has more than {AdaptationLimits.TextBytes} bytes.", example);
    }

    private static int? NullIfZero(int value) => value == 0 ? null : value;

    private static PlatformException Unfit(string cause, string message) => new(ErrorReason.InvalidExamples, message, ("cause", cause));

    private static PlatformException Unfit(string cause, string message, int example) => new(
        ErrorReason.InvalidExamples, message, ("cause", cause), ("line", (example + 1).ToString(CultureInfo.InvariantCulture)));
}
