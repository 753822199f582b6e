using Transformer2.Adaptation.Classification;
using Transformer2.Adaptation.Composition;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>
/// Measures automatic dispatch on the corpus's questions. Nothing is chosen by them: experts, classifier and calibration are what they are before.
/// </summary>
internal sealed record DispatchEvaluationRun(
    string Model, IReadOnlyList<CategoryExpert> Experts, string Classifier, string Split, int Questions, ulong Seed, (string DType, string Device) Place)
{
    private const string RequestId = "evaluate";

    private static readonly SoftComposition Soft = new();

    /// <summary>Which families are asked; null asks all.</summary>
    public Func<TaskFamily, bool>? Only { get; init; }

    /// <exception cref="InputException">The model or an expert cannot be used.</exception>
    public Task<DispatchEvaluationReport> RunAsync(CliHost host, CancellationToken cancellationToken) => LocalEngine.UseAsync(
        Model,
        Place,
        host,
        async local =>
        {
            var (categories, answers) = await AnswersAsync(local, cancellationToken);
            return new DispatchSummary(categories, answers).Report(this);
        },
        cancellationToken);

    /// <summary>What is chosen for each question, and who answers it rightly.</summary>
    /// <exception cref="InputException">An expert cannot be used.</exception>
    public async Task<(IReadOnlyList<ClassificationCategory> Categories, IReadOnlyList<DispatchAnswer> Answers)> AnswersAsync(
        LocalEngine local, CancellationToken cancellationToken)
    {
        local.RequireTokenizer();
        var experts = new Dictionary<string, ExpertVector>();
        foreach (var expert in Experts)
        {
            experts.Add(expert.Category, await local.ReadExpertAsync(expert.File, cancellationToken));
        }

        var categories = CorpusCategories.Of(experts.ContainsKey);
        var request = new ClassificationRequest { RequestId = RequestId, Template = ClassificationTemplates.Nano, Categories = categories, Text = "" };
        var expertRequest = request with { Experts = [new WeightedExpert(await local.ReadExpertAsync(Classifier, cancellationToken), 1)] };
        var classifier = new PromptClassifier(local.Engine);
        var neutral = await classifier.ScoreCalibrationAsync(request, cancellationToken);
        var vectors = categories.Select(category => experts.GetValueOrDefault(category.Name)).Prepend(null).ToArray(); // the base model first
        var asked = Ask();
        var answered = await local.ForEachAsync("questions", asked, AnswerAsync, cancellationToken);
        return (categories, answered);

        async Task<DispatchAnswer> AnswerAsync(DispatchQuestion question, CancellationToken stopping)
        {
            var prompt = (await classifier.ScoreAsync(request with { Text = question.Prompt }, stopping)).Logprobs;
            var expert = LabelScores.Probabilities((await classifier.ScoreAsync(expertRequest with { Text = question.Prompt }, stopping)).Logprobs);
            var right = new bool[vectors.Length];
            foreach (var (place, vector) in vectors.Index())
            {
                // A category without an expert is answered by the base model.
                right[place] = place > 0 && vector is null ? right[0] : await IsRightAsync(local.Engine, question, vector, stopping);
            }

            return new DispatchAnswer
            {
                Question = question,
                Prompt = Choose(categories, LabelScores.Probabilities(prompt)),
                Calibrated = Choose(categories, LabelScores.Probabilities(LabelScores.Calibrate(prompt, neutral))),
                Classifier = Choose(categories, expert),
                Right = right,
                SoftRight = await IsRightAsync(local.Engine, question, Mix(expert), stopping),
            };
        }

        ExpertVector Mix(double[] probabilities)
        {
            WeightedExpert[] members =
                [.. vectors.Skip(1).Zip(probabilities).Where(member => member.First is not null).Select(member => new WeightedExpert(member.First!, member.Second))];
            return Soft.Compose(members);
        }
    }

    private DispatchQuestion[] Ask()
    {
        var split = Enum.Parse<Split>(Split, ignoreCase: true);
        return [.. TaskFamilies.All.Where(Only ?? (_ => true)).SelectMany(family => Splits.Questions(family, split, Questions, Seed).Select(question => new DispatchQuestion(
            family, question.Item.Prompts[question.Phrasing], Authors.InForm(family.Category, question.Item.Answer))))];
    }

    // By the platform's rule, without a threshold.
    private static int Choose(IReadOnlyList<ClassificationCategory> categories, double[] probabilities) =>
        categories.Index().First(entry => entry.Item == DispatchRule.FromProbabilities(categories, probabilities, threshold: 0).Category).Index;

    // As t2 evaluate has it: the greedy answer is the careful one, and ends there.
    private static async Task<bool> IsRightAsync(InferenceEngine engine, DispatchQuestion question, ExpertVector? expert, CancellationToken cancellationToken)
    {
        var result = await engine.ScoreAsync(
            new ScoringRequest
            {
                RequestId = RequestId,
                Prompt = new Prompt.Chat([new ChatMessage("user", question.Prompt)]),
                Experts = expert is null ? [] : [new WeightedExpert(expert, 1)],
                Continuations = [new Continuation(question.Answer, EndsAnswer: true)],
            },
            cancellationToken);
        return result.Scores[0].IsGreedy;
    }
}

/// <summary>A question.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Prompt">Its text.</param>
/// <param name="Answer">The only right answer.</param>
internal sealed record DispatchQuestion(TaskFamily Family, string Prompt, string Answer);

/// <summary>What was chosen for a question, and who answers it rightly.</summary>
internal sealed record DispatchAnswer
{
    public required DispatchQuestion Question { get; init; }

    /// <summary>The category by the base model.</summary>
    public required int Prompt { get; init; }

    /// <summary>The same, calibrated.</summary>
    public required int Calibrated { get; init; }

    /// <summary>The category by the classification expert.</summary>
    public required int Classifier { get; init; }

    /// <summary>Whether the base model answers rightly, then each category's expert.</summary>
    public required bool[] Right { get; init; }

    /// <summary>Whether all experts do together, by the classification expert's probabilities.</summary>
    public required bool SoftRight { get; init; }
}
