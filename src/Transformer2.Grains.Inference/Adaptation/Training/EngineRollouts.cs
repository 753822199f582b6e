using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Training.Adapters;
using Transformer2.Training.Rollouts;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Answers with the node's engine: every answer is a row of its own with its adapter as it is at that step, of the lowest priority, in one batch with whatever
/// else the engine does. Tokens in and tokens out; nothing is made from text. While others ask, only few rows are taken.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="request">Whose work it is; the rest of it does not matter.</param>
internal sealed class EngineRollouts(IInferenceEngine engine, EngineRequest request) : IRollouts
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private int _outstanding;

    public async ValueTask<IReadOnlyList<Rollout>> Generate(IReadOnlyList<RolloutRequest> requests, CancellationToken cancellationToken)
    {
        var answers = new Rollout[requests.Count];
        var next = -1;

        // One fails for all; the others are not waited for longer than a step.
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(requests.Count, engine.Status.MaxSequences)).Select(_ => Task.Run(Work, CancellationToken.None)));
        return answers;

        async Task Work()
        {
            try
            {
                while (Interlocked.Increment(ref next) is var i && i < requests.Count)
                {
                    await EnterAsync(failed.Token);
                    try
                    {
                        answers[i] = await Answer(requests[i], failed.Token);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref _outstanding);
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another one's failure is what counts.
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
    }

    // Rows beside those of paying requests make their steps longer: one at a time is little, and goes on.
    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var own = Interlocked.Increment(ref _outstanding);
            var status = engine.Status;
            if (own == 1 || status.RunningSequences + status.WaitingSequences < own)
                return;
            Interlocked.Decrement(ref _outstanding);
            await Task.Delay(Patience, cancellationToken);
        }
    }

    private async Task<Rollout> Answer(RolloutRequest asked, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await Read(engine.GenerateAsync(ToRequest(asked), cancellationToken));
            }
            catch (EngineException exception) when (exception.Reason == EngineError.NonFiniteLogits)
            {
                throw new TrainingDivergedException("The model's logits are no numbers any more: the training diverged.", exception);
            }
            catch (EngineException exception) when (exception.Reason == EngineError.Overloaded)
            {
                // Others come first; they are refused when the queue is full, this waits.
                await Task.Delay(exception.RetryAfter ?? Patience, cancellationToken);
            }
        }
    }

    private static async Task<Rollout> Read(IAsyncEnumerable<GenerationEvent> events)
    {
        var ids = new List<int>();
        int? end = null;
        await foreach (var happened in events)
        {
            if (happened is TextDelta delta)
                ids.AddRange(delta.TokenIds);
            else if (happened is GenerationCompleted completed)
                end = completed.EndToken;
        }

        if (end is { } token)
            ids.Add(token);
        return new Rollout(ids, IsComplete: end is not null);
    }

    private GenerationRequest ToRequest(RolloutRequest asked) => new()
    {
        RequestId = request.RequestId,
        Tenant = request.Tenant,
        Weight = request.Weight,
        Priority = request.Priority,
        Prompt = new Prompt.Tokens(asked.Prompt),
        Experts = asked.Adapter switch
        {
            null => [],
            SvfWeights { Vector: var vector } => [new WeightedExpert(vector, 1)],
            _ => throw new NotSupportedException("The engine applies multipliers only."),
        },
        ExpertLabel = asked.Adapter is null ? ExpertLabels.Base : request.ExpertLabel,
        Sampling = new SamplingOptions(asked.Temperature, Seed: asked.Seed),
        MaxTokens = asked.MaxTokens,
    };
}
