using Transformer2.Adaptation.Classification;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>How long the two passes take.</summary>
/// <param name="Families">Per family.</param>
internal sealed record PassTimes(IReadOnlyList<FamilyPassTimes> Families);

/// <summary>A family's times.</summary>
/// <param name="Family">The family.</param>
/// <param name="Questions">How many prompts.</param>
/// <param name="First">Seconds to name the categories of all prompts with the classification expert.</param>
/// <param name="Second">Seconds to answer all of them with the category's expert.</param>
/// <param name="PromptTokens">Tokens of all prompts.</param>
/// <param name="AnswerTokens">Tokens of all answers.</param>
internal sealed record FamilyPassTimes(string Family, int Questions, double First, double Second, long PromptTokens, long AnswerTokens);

/// <summary>
/// Times both passes over a family's test prompts with the engine that serves, its batch kept full. Both are done once before, so that no time is that of a
/// first use, and then several times in turn, of which the medians are kept.
/// </summary>
/// <param name="experts">The experts.</param>
/// <param name="families">The families.</param>
/// <param name="sizes">How many test prompts, and how often.</param>
/// <param name="seed">Names the sample.</param>
internal sealed class PassTimesUnit(IReadOnlyList<AdapterTrainingUnit> experts, IReadOnlyList<TaskFamily> families, LabSizes sizes, ulong seed) : LabUnit<PassTimes>
{
    private const string RequestId = "times";
    private const int MaxAnswerTokens = 24;
    private const int Warmup = 8;

    /// <inheritdoc/>
    public override string Name => "pass times";

    /// <inheritdoc/>
    public override object Settings => new { Families = families.Select(family => family.Name).ToArray(), sizes.TestQuestions, sizes.TimingRepeats, seed };

    /// <inheritdoc/>
    public override IReadOnlyList<ILabUnit> Needs => experts;

    /// <inheritdoc/>
    public override double Effort => 30;

    /// <inheritdoc/>
    protected override Task<PassTimes> ResultAsync(LabRun run, CancellationToken cancellationToken) => run.WithEngineAsync(
        async local =>
        {
            var vectors = experts.ToDictionary(expert => expert.Category, expert => expert.Vector(run));
            var classification = new ClassificationRequest
            {
                RequestId = RequestId,
                Template = ClassificationTemplates.Nano,
                Categories = CorpusCategories.Of(_ => true),
                Text = "",
                Experts = [new WeightedExpert(await local.ReadExpertAsync(run.Classifier, cancellationToken), 1)],
            };
            var classifier = new PromptClassifier(local.Engine);
            var times = new List<FamilyPassTimes>();
            foreach (var family in families)
            {
                string[] prompts = [.. Splits.Questions(family, Split.Test, sizes.TestQuestions, seed).Select(question => question.Item.Prompts[question.Phrasing])];
                var expert = vectors[family.Category];
                await FirstAsync(prompts[..Math.Min(Warmup, prompts.Length)]);
                var usage = await SecondAsync(prompts, expert);
                List<double> first = [], second = [];
                for (var repeat = 0; repeat < sizes.TimingRepeats; repeat++)
                {
                    first.Add(await TimeAsync(run, () => FirstAsync(prompts)));
                    second.Add(await TimeAsync(run, () => SecondAsync(prompts, expert)));
                }

                times.Add(new FamilyPassTimes(
                    family.Name, prompts.Length, Median(first), Median(second), usage.Sum(tokens => (long)tokens.PromptTokens), usage.Sum(tokens => (long)tokens.CompletionTokens)));
            }

            return new PassTimes(times);

            Task FirstAsync(string[] prompts) => local.ForEachAsync(
                "pass 1", prompts, (prompt, stopping) => classifier.ScoreAsync(classification with { Text = prompt }, stopping), cancellationToken);

            Task<TokenUsage[]> SecondAsync(string[] prompts, ExpertVector expert) => local.ForEachAsync(
                "pass 2", prompts, (prompt, stopping) => AnswerAsync(local.Engine, prompt, expert, stopping), cancellationToken);
        },
        cancellationToken);

    private static async Task<TokenUsage> AnswerAsync(InferenceEngine engine, string prompt, ExpertVector expert, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            RequestId = RequestId,
            Prompt = new Prompt.Chat([new ChatMessage("user", prompt)]),
            Experts = [new WeightedExpert(expert, 1)],
            MaxTokens = MaxAnswerTokens,
        };
        var usage = new TokenUsage(0, 0);
        await foreach (var happened in engine.GenerateAsync(request, cancellationToken))
        {
            usage = happened is GenerationCompleted completed ? completed.Usage : usage;
        }

        return usage;
    }

    private static async Task<double> TimeAsync(LabRun run, Func<Task> work)
    {
        var start = run.Host.Time.GetTimestamp();
        await work();
        return run.Host.Time.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
