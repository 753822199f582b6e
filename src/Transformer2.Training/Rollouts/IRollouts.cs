using Transformer2.Training.Adapters;

namespace Transformer2.Training.Rollouts;

/// <summary>Answers prompts with the model that is trained. Knows nothing of tensors, so that an engine can be behind it.</summary>
public interface IRollouts
{
    /// <summary>Answers prompts. The same request gives the same tokens whatever else is asked for with it, as far as rounding does not depend on that.</summary>
    /// <param name="requests">What is asked; each has its own adapter.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answers, in the order of the requests.</returns>
    /// <exception cref="NotSupportedException">It cannot use a kind of adapter.</exception>
    /// <exception cref="TrainingDivergedException">An adapter makes the model compute what is no number.</exception>
    ValueTask<IReadOnlyList<Rollout>> Generate(IReadOnlyList<RolloutRequest> requests, CancellationToken cancellationToken);
}

/// <summary>One prompt to answer.</summary>
/// <param name="Prompt">Its token ids.</param>
/// <param name="Adapter">With what; null is the base model. Requests with the same object belong together.</param>
/// <param name="Temperature">The distribution's; 0 takes the most probable token.</param>
/// <param name="Seed">Names the random numbers of this answer.</param>
/// <param name="MaxTokens">Most tokens of the answer.</param>
/// <param name="EndIds">Tokens that end an answer, and are its last ones.</param>
public sealed record RolloutRequest(
    IReadOnlyList<int> Prompt, AdapterWeights? Adapter, double Temperature, ulong Seed, int MaxTokens, IReadOnlySet<int> EndIds);

/// <summary>An answer.</summary>
/// <param name="Ids">Its tokens as they were drawn, the one that ended it included; at least one.</param>
/// <param name="IsComplete">Whether it ended by itself.</param>
public sealed record Rollout(IReadOnlyList<int> Ids, bool IsComplete);
