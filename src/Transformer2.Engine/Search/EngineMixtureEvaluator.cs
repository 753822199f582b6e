using Transformer2.Adaptation.Search;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>
/// Scores mixtures with an engine. A population is one heterogeneous batch: each row has its own candidate's multipliers, and nothing is merged into
/// weights. On the SIMD runner equal candidates get equal scores to the bit, whoever shares the batch.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="experts">The experts, in the order of the candidates' weights.</param>
/// <param name="examples">The examples of the search.</param>
/// <param name="caller">On whose behalf.</param>
public sealed class EngineMixtureEvaluator(
    IInferenceEngine engine, IReadOnlyList<ExpertVector> experts, IReadOnlyList<SearchExample> examples, EvaluationCaller caller) : IPopulationEvaluator
{
    // Enough that a row that becomes free finds its successor; few beside what a queue holds, because others wait in it, too.
    private const int RequestsPerRow = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private static readonly ExampleScore NotComputable = new(double.NaN);

    /// <inheritdoc/>
    /// <exception cref="EngineException">An example cannot be scored whatever the candidate, or the engine is not running.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<ExampleScore>>> EvaluateAsync(
        IReadOnlyList<Candidate> candidates, IReadOnlyList<int> exampleIndices, CancellationToken cancellationToken)
    {
        ExpertVector?[] vectors = [.. candidates.Select(Compose)];
        ExampleScore[][] scores = [.. candidates.Select(_ => new ExampleScore[exampleIndices.Count])];
        var done = 0;

        // Example by example: rows of a step are then about equally long, and of different candidates.
        var pairs = Enumerable.Range(0, exampleIndices.Count).SelectMany(example => Enumerable.Range(0, candidates.Count).Select(candidate => (candidate, example)));
        var outstanding = new ParallelOptions { MaxDegreeOfParallelism = RequestsPerRow * engine.Status.MaxSequences, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(pairs, outstanding, async (pair, token) =>
        {
            scores[pair.candidate][pair.example] = vectors[pair.candidate] is { } expert
                ? await ScoreAsync(expert, exampleIndices[pair.example], token)
                : NotComputable;
            caller.Progress?.Report((double)Interlocked.Increment(ref done) / (candidates.Count * exampleIndices.Count));
        });
        return scores;
    }

    private ExpertVector? Compose(Candidate candidate)
    {
        try
        {
            return candidate.Compose(experts);
        }
        catch (ExpertCompositionException)
        {
            return null;
        }
    }

    private async Task<ExampleScore> ScoreAsync(ExpertVector expert, int example, CancellationToken cancellationToken)
    {
        var (prompt, answer) = examples[example];
        var request = new ScoringRequest
        {
            RequestId = caller.RequestId,
            Tenant = caller.Tenant,
            Priority = RequestPriority.Background,
            Prompt = new Prompt.Chat([new ChatMessage("user", prompt)]),
            Continuations = [new Continuation(answer, EndsAnswer: true)],
            Experts = expert.IsIdentity ? [] : [new WeightedExpert(expert, 1)],
            ExpertLabel = expert.IsIdentity ? ExpertLabels.Base : ExpertLabels.Mixture,
        };
        while (true)
        {
            try
            {
                var score = (await engine.ScoreAsync(request, cancellationToken)).Scores[0];
                return new ExampleScore(score.Logprob / score.Tokens.Count, score.IsGreedy);
            }
            catch (EngineException e) when (e.Reason == EngineError.Overloaded)
            {
                await Task.Delay(e.RetryAfter ?? Patience, cancellationToken);
            }
            catch (EngineException e) when (e.Reason is EngineError.NonFiniteLogits or EngineError.InvalidMixture)
            {
                return NotComputable;
            }
            catch (EngineException e) when (e.Reason != EngineError.Unavailable)
            {
                throw new EngineException(e.Reason, $"Example {example + 1}: {e.Message}", e);
            }
        }
    }
}

/// <summary>On whose behalf a population is scored.</summary>
/// <param name="RequestId">Names the requests in logs.</param>
/// <param name="Tenant">Whose they are.</param>
public sealed record EvaluationCaller(string RequestId, string Tenant)
{
    /// <summary>Is told the part of an evaluation that is done, by any thread.</summary>
    public IProgress<double>? Progress { get; init; }
}
