using System.Text;
using Transformer2.Adaptation.Classification;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>Pass 1 of two-pass inference (arXiv 2501.06252, section 3.2): asks a model which category a prompt belongs to.</summary>
public sealed class PromptClassifier(IInferenceEngine engine)
{
    /// <summary>Most characters of a prompt that are looked at: its beginning, and half as many of its end.</summary>
    public const int MaxCharacters = 3000;

    // An answer in words may say why before it says what.
    private const int MostAnswerTokens = 256;
    private const int FewestCharacters = 48;

    // For policies without descriptions (Zhao et al., 2021). Where there is a category for everything else they belong to it, and its label loses by them.
    private static readonly string[] ContentFree = ["", "N/A", "[MASK]"];

    /// <summary>
    /// The prompts that show which labels a model prefers whatever it is asked: the categories' own descriptions, where all have one. As many of each
    /// category as of any other, they favour none by what they are about (batch calibration, Zhou et al., arXiv 2309.17249). Otherwise prompts without
    /// content.
    /// </summary>
    /// <param name="categories">The categories.</param>
    public static IReadOnlyList<string> CalibrationPrompts(IReadOnlyList<ClassificationCategory> categories) =>
        categories.All(category => !string.IsNullOrWhiteSpace(category.Description)) ? [.. categories.Select(category => category.Description)] : ContentFree;

    /// <summary>The natural log-probability of every category's label after the prompt. One prefill, nothing is generated.</summary>
    /// <exception cref="EngineException">The engine cannot serve it.</exception>
    /// <exception cref="ClassificationException">The template cannot be used.</exception>
    public Task<ClassificationScores> ScoreAsync(ClassificationRequest request, CancellationToken cancellationToken = default) => Fitting(request, async rendered =>
    {
        var result = await engine.ScoreAsync(
            new ScoringRequest
            {
                RequestId = request.RequestId,
                Tenant = request.Tenant,
                Weight = request.Weight,
                Priority = request.Priority,
                Deadline = request.Deadline,
                Experts = request.Experts,
                ExpertLabel = request.ExpertLabel,
                Prompt = Prompt(rendered, rendered.AnswerPrefix),
                Continuations = [.. request.Categories.Select(category => Label(category, request))],
                Speculations = request.Speculations,
            },
            cancellationToken);
        return new ClassificationScores([.. result.Scores.Select(score => score.Logprob)], result.Speculations);
    });

    /// <summary>The same after every prompt of <see cref="CalibrationPrompts"/>, whatever the request's prompt is: [prompts, categories].</summary>
    /// <exception cref="EngineException">The engine cannot serve it.</exception>
    public async Task<double[][]> ScoreCalibrationAsync(ClassificationRequest request, CancellationToken cancellationToken = default) =>
        [.. (await Task.WhenAll(CalibrationPrompts(request.Categories).Select(text => ScoreAsync(request with { Text = text, Speculations = [] }, cancellationToken))))
            .Select(scores => scores.Logprobs)];

    /// <summary>Lets the model answer in words and reads the label.</summary>
    /// <returns>A category's name, or null when the answer names none.</returns>
    /// <exception cref="EngineException">The engine cannot serve it.</exception>
    public Task<string?> AnswerAsync(ClassificationRequest request, CancellationToken cancellationToken = default) => Fitting(request, async rendered =>
    {
        var answer = new StringBuilder();
        var generation = new GenerationRequest
        {
            RequestId = request.RequestId,
            Tenant = request.Tenant,
            Weight = request.Weight,
            Priority = request.Priority,
            Deadline = request.Deadline,
            Experts = request.Experts,
            ExpertLabel = request.ExpertLabel,
            Prompt = Prompt(rendered, answerPrefix: ""),
            MaxTokens = MostAnswerTokens,
        };
        await foreach (var happened in engine.GenerateAsync(generation, cancellationToken))
        {
            if (happened is TextDelta delta) answer.Append(delta.Text);
        }

        return BoxedLabel.Parse(answer.ToString(), [.. request.Categories.Select(category => category.Name)]);
    });

    private static Prompt.Chat Prompt(RenderedClassification rendered, string answerPrefix) => new(
        rendered.System is { } system ? [new ChatMessage("system", system), new ChatMessage("user", rendered.User)] : [new ChatMessage("user", rendered.User)])
    {
        AnswerPrefix = answerPrefix,
    };

    // What follows the label is scored only where it tells the label from a longer one: a label of one token then costs nothing but its prompt.
    private static Continuation Label(ClassificationCategory category, ClassificationRequest request)
    {
        var name = category.Name;
        if (!request.Categories.Any(other => other != category && other.Name.StartsWith(name, StringComparison.Ordinal))) return new(name);
        return new(name + request.Template.Suffix, EndsAnswer: request.Template.Suffix.Length == 0);
    }

    // A prompt that the model could answer must not fail because the question about it is longer: then less of it is looked at.
    private static async Task<T> Fitting<T>(ClassificationRequest request, Func<RenderedClassification, Task<T>> ask)
    {
        for (var most = MaxCharacters; ; most /= 2)
        {
            try
            {
                return await ask(request.Template.Render(request.Categories, Excerpt(request.Text, most)));
            }
            catch (EngineException e) when (e.Reason == EngineError.PromptTooLong)
            {
                if (Math.Min(most, request.Text.Length) <= FewestCharacters)
                    throw new ClassificationException(ClassificationError.TemplateTooLong, $"The question about a prompt's category leaves no room for the prompt: {e.Message}");
            }
        }
    }

    private static string Excerpt(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = text.Length - (most / 3);
        var start = most - (most / 3);
        if (char.IsHighSurrogate(text[start - 1])) start--;
        if (char.IsLowSurrogate(text[end])) end++;
        return $"{text[..start]} ... {text[end..]}";
    }
}

/// <summary>What a model says of a prompt's category.</summary>
/// <param name="Logprobs">The natural log-probability of each category's label, [categories].</param>
/// <param name="Speculations">As of <see cref="ScoringResult.Speculations"/>.</param>
public sealed record ClassificationScores(double[] Logprobs, IReadOnlyList<BegunGeneration> Speculations);

/// <summary>A prompt to be classified, with everything that decides the result.</summary>
public sealed record ClassificationRequest
{
    /// <inheritdoc cref="EngineRequest.RequestId"/>
    public required string RequestId { get; init; }

    /// <inheritdoc cref="EngineRequest.Tenant"/>
    public string Tenant { get; init; } = "";

    /// <inheritdoc cref="EngineRequest.Weight"/>
    public double Weight { get; init; } = 1;

    /// <inheritdoc cref="EngineRequest.Priority"/>
    public RequestPriority Priority { get; init; }

    /// <inheritdoc cref="EngineRequest.Deadline"/>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The classification expert, or nothing for the base model.</summary>
    public IReadOnlyList<Experts.WeightedExpert> Experts { get; init; } = [];

    /// <inheritdoc cref="EngineRequest.ExpertLabel"/>
    public string ExpertLabel { get; init; } = ExpertLabels.Base;

    /// <summary>How the question is worded.</summary>
    public required ClassificationTemplate Template { get; init; }

    /// <summary>What it may be.</summary>
    public required IReadOnlyList<ClassificationCategory> Categories { get; init; }

    /// <summary>The prompt.</summary>
    public required string Text { get; init; }

    /// <inheritdoc cref="ScoringRequest.Speculations"/>
    public IReadOnlyList<GenerationRequest> Speculations { get; init; } = [];
}
