using System.Collections.Concurrent;
using Transformer2.Adaptation.Search;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>
/// Scores the candidates of a search on its examples by teacher forcing: every pair of candidate and example is a row of its own with the candidate's z, so
/// that a whole population is one heterogeneous batch and no candidate is ever merged into the weights. Nothing is generated: a greedy answer is the right one
/// exactly if each of its tokens is the most probable one after those before it.
/// </summary>
/// <param name="engine">The model.</param>
/// <param name="experts">The experts to mix, in the search's order.</param>
/// <param name="examples">What they are scored on.</param>
/// <param name="request">Whose work it is and how urgent; the rest of it does not matter.</param>
public sealed class PopulationScorer(
    IInferenceEngine engine, IReadOnlyList<ExpertVector> experts, IReadOnlyList<ScoredExample> examples, EngineRequest request) : IPopulationEvaluator
{
    // Enough that the batch never waits for requests, and far from what would crowd others out of the queue.
    private const int OutstandingPerRow = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>Scores answers to messages of a user.</summary>
    /// <param name="engine">The model.</param>
    /// <param name="experts">The experts to mix, in the search's order.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="request">Whose work it is and how urgent; the rest of it does not matter.</param>
    public PopulationScorer(IInferenceEngine engine, IReadOnlyList<ExpertVector> experts, IReadOnlyList<SearchExample> examples, EngineRequest request)
        : this(engine, experts, [.. examples.Select(ScoredExample.Of)], request)
    {
    }

    /// <summary>Is told the part of an evaluation that is done, by any thread.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <inheritdoc/>
    /// <exception cref="EngineException">An example cannot be scored whatever the candidate, or the engine is not running.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<ExampleScore>>> EvaluateAsync(
        IReadOnlyList<Candidate> candidates, IReadOnlyList<int> exampleIndices, CancellationToken cancellationToken)
    {
        var scores = candidates.Select(_ => new ExampleScore[exampleIndices.Count]).ToArray();
        var vectors = candidates.Select(TryCompose).ToArray();
        // Example by example: rows of a step are then about equally long, and of different candidates.
        var pairs = new ConcurrentQueue<(int Candidate, int Example)>(
            from example in Enumerable.Range(0, exampleIndices.Count)
            from candidate in Enumerable.Range(0, candidates.Count)
            select (candidate, example));
        var (all, done) = (pairs.Count, 0);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(pairs.Count, OutstandingPerRow * engine.Status.MaxSequences)).Select(_ => Task.Run(Work, cancellationToken)));
        return scores;

        async Task Work()
        {
            while (pairs.TryDequeue(out var pair))
            {
                scores[pair.Candidate][pair.Example] = vectors[pair.Candidate] is { } vector
                    ? await ScoreAsync(vector, exampleIndices[pair.Example], cancellationToken)
                    : new ExampleScore(double.NaN, false);
                Progress?.Report((double)Interlocked.Increment(ref done) / all);
            }
        }
    }

    // A mixture that cannot be is the worst one, and no reason to end the search.
    private ExpertVector? TryCompose(Candidate candidate)
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

    private async Task<ExampleScore> ScoreAsync(ExpertVector expert, int index, CancellationToken cancellationToken)
    {
        var example = examples[index];
        while (true)
        {
            try
            {
                var result = await engine.ScoreAsync(
                    new ScoringRequest
                    {
                        RequestId = request.RequestId,
                        Tenant = request.Tenant,
                        Weight = request.Weight,
                        Priority = request.Priority,
                        Prompt = example.Prompt,
                        Experts = [new WeightedExpert(expert, 1)],
                        ExpertLabel = ExpertLabels.Mixture,
                        Continuations = [example.Answer],
                    },
                    cancellationToken);
                var score = result.Scores[0];
                return new ExampleScore(score.Logprob / score.Tokens.Count, score.IsGreedy);
            }
            catch (EngineException e) when (e.Reason == EngineError.NonFiniteLogits)
            {
                return new ExampleScore(double.NaN, false);
            }
            catch (EngineException e) when (e.Reason == EngineError.Overloaded)
            {
                // Others come first; they are refused when the queue is full, this waits.
                await Task.Delay(e.RetryAfter ?? Patience, cancellationToken);
            }
            catch (EngineException e) when (e.Reason != EngineError.Unavailable)
            {
                throw new EngineException(e.Reason, $"Example {index + 1}: {e.Message}", e);
            }
        }
    }
}

/// <summary>What a candidate is scored on.</summary>
/// <param name="Prompt">What comes first.</param>
/// <param name="Answer">What should come after it.</param>
public sealed record ScoredExample(Prompt Prompt, Continuation Answer)
{
    /// <summary>An example's answer to a message of a user, with its end.</summary>
    public static ScoredExample Of(SearchExample example) =>
        new(new Prompt.Chat([new ChatMessage("user", example.Prompt)]), new Continuation(example.Answer, EndsAnswer: true));

    /// <summary>A sequence of tokens: all but the first one are scored.</summary>
    public static ScoredExample OfTokens(IReadOnlyList<int> ids) => new(new Prompt.Tokens([ids[0]]), Continuation.OfTokens([.. ids.Skip(1)]));
}
