using System.Text.Json;
using Transformer2.Adaptation.Search;
using Transformer2.Experts;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests;

/// <summary>Candidates of a search are scored as one batch, and as they would be alone.</summary>
public sealed class PopulationScorerTests(EngineFixture fixture)
{
    private static readonly ScoringRequest Whose = new() { RequestId = "search", Prompt = new Prompt.Text(""), Continuations = [] };

    [Fact]
    public async Task A_candidate_has_the_scores_of_its_mixture_alone()
    {
        ExpertVector[] experts = [TinyModelFolder.Expert(1), TinyModelFolder.Expert(2)];
        SearchExample[] examples = [new("one?", "1"), new("two?", "22"), new("three?", "333")];
        var space = new SearchSpace(experts.Length, 1, WithIdentity: true);
        Candidate[] candidates = [space.Identity(), space.Alone(1), new(space, [0.3, 0.5])];

        var scores = await new PopulationScorer(fixture.Engine, experts, examples, Whose).EvaluateAsync(candidates, [2, 0], TestContext.Current.CancellationToken);

        Assert.Equal(candidates.Length, scores.Count);
        foreach (var (candidate, row) in candidates.Zip(scores))
        {
            foreach (var (example, score) in new[] { examples[2], examples[0] }.Zip(row))
            {
                var alone = (await fixture.Engine.ScoreAsync(
                    Whose with
                    {
                        Prompt = new Prompt.Chat([new ChatMessage("user", example.Prompt)]),
                        Experts = [new WeightedExpert(candidate.Compose(experts), 1)],
                        Continuations = [new Continuation(example.Answer, EndsAnswer: true)],
                    },
                    TestContext.Current.CancellationToken)).Scores[0];
                Assert.Equal(alone.Logprob / (example.Answer.Length + 1), score.LogLikelihood, 12);
                Assert.Equal(alone.IsGreedy, score.Correct);
            }
        }
    }

    [Theory]
    [InlineData("a question", "an answer", true)]
    [InlineData("a question", "an answer", false)]
    [InlineData("?", "x", true)]
    public async Task An_example_in_token_ids_has_the_same_scores(string prompt, string answer, bool endsAnswer)
    {
        var example = new ScoredExample(new Prompt.Chat([new ChatMessage("user", prompt)]), new Continuation(answer, endsAnswer));

        var encoded = ((InferenceEngine)fixture.Engine).Encode(example);
        var scores = await new PopulationScorer(fixture.Engine, [TinyModelFolder.Expert(1)], [example, encoded], Whose)
            .EvaluateAsync([new SearchSpace(1, 1, WithIdentity: true).Alone(0)], [0, 1], TestContext.Current.CancellationToken);

        Assert.IsType<Prompt.Tokens>(encoded.Prompt);
        Assert.Equal(scores[0][0], scores[0][1]);
    }

    [Fact]
    public async Task A_mixture_that_cannot_be_is_the_worst_and_no_failure()
    {
        ExpertVector[] experts = [TinyModelFolder.Expert(1)];
        var space = new SearchSpace(1, 1, WithIdentity: true);

        var scores = await new PopulationScorer(fixture.Engine, experts, [new SearchExample("x", "y")], Whose)
            .EvaluateAsync([new Candidate(space, [-1]), space.Alone(0)], [0], TestContext.Current.CancellationToken);

        Assert.True(double.IsNaN(scores[0][0].LogLikelihood));
        Assert.True(double.IsFinite(scores[1][0].LogLikelihood));
    }

    /// <summary>A real model with two real experts, and the figures that its notes give for mixtures of them.</summary>
    [Fact]
    public async Task A_searched_mixture_of_real_experts_is_better_than_either_on_text_that_chose_nothing()
    {
        var folder = SharedFiles.Path("models/stories260K");
        await using var engine = await EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = folder, MaxSequences = 32, Threads = 1 });
        ExpertVector[] experts = [Expert("math"), Expert("code")];
        using var batches = SafetensorsFile.Open(Path.Combine(folder, "experts", "batches.safetensors"));
        ScoredExample[] sequences = [.. batches.ReadInt64s("test.math")
            .Chunk((int)batches.Tensor("test.math").Shape[1])
            .Select(row => ScoredExample.OfTokens(Array.ConvertAll(row, id => (int)id)))];
        var scorer = new PopulationScorer(engine, experts, sequences, Whose);
        var options = SearchOptions.Default with { Population = 16, MaxGenerations = 6, HoldOutShare = 0 };
        var space = options.SpaceOf(experts.Length, SearchSpace.MatricesOf(experts).Count);

        // The scores are what the model's notes say.
        using var notes = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "experts", "meta.json"), TestContext.Current.CancellationToken));
        (string Name, Candidate Candidate)[] known =
        [
            ("base", space.Identity()), ("expert-math", space.Alone(0)), ("expert-code", space.Alone(1)), ("0.5*math+0.5*code", space.Uniform()),
            ("0.8*math+0.2*code", new(space, [0.8, 0.2])),
        ];
        foreach (var ((name, _), loss) in known.Zip(await LossesAsync([.. known.Select(entry => entry.Candidate)], 0, sequences.Length)))
            Assert.Equal(notes.RootElement.GetProperty("nll").GetProperty(name).GetProperty("math").GetDouble(), loss, 0.005);

        // The first sequences are searched with; the others measure.
        const int shots = 12;
        var state = MixtureSearch.Start(new MixtureSearchSetup
        {
            Experts = ["math", "code"],
            Matrices = SearchSpace.MatricesOf(experts).Count,
            Examples = [.. Enumerable.Range(0, shots).Select(i => new SearchExample($"{i}", "a sequence"))],
            Options = options,
        });
        while (state.Phase == SearchPhase.Searching) state = await MixtureSearch.StepAsync(state, scorer, TestContext.Current.CancellationToken);

        var losses = await LossesAsync([state.Strategy.Best, space.Alone(0), space.Alone(1), space.Identity()], shots, sequences.Length - shots);
        Assert.All(losses[1..], other => Assert.True(losses[0] < other - 0.05, $"{losses[0]} is not clearly below {other}."));

        ExpertVector Expert(string name) =>
            ExpertFile.ReadLenient(File.ReadAllBytes(Path.Combine(folder, "experts", $"expert-{name}.safetensors")), engine.Model.Layout).Vector;

        async Task<double[]> LossesAsync(Candidate[] candidates, int first, int count) =>
            [.. (await scorer.EvaluateAsync(candidates, [.. Enumerable.Range(first, count)], TestContext.Current.CancellationToken))
                .Select(row => -row.Average(score => score.LogLikelihood))];
    }
}
