using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>Identity and limits of a loaded base model.</summary>
/// <param name="Id">Name by which clients know the model, for example <c>nano</c>.</param>
/// <param name="Layout">Fingerprints and, per adaptable matrix, the number of singular values that an expert must supply.</param>
/// <param name="ContextLength">Most tokens of prompt and answer together.</param>
/// <param name="VocabularySize">Number of token ids.</param>
/// <param name="ParameterCount">Number of weights.</param>
public sealed record ModelInfo(string Id, ExpertLayout Layout, int ContextLength, int VocabularySize, long ParameterCount);

/// <summary>A snapshot of the engine's load.</summary>
/// <param name="WaitingSequences">Admitted, not yet in the batch.</param>
/// <param name="RunningSequences">Rows of the batch in use.</param>
/// <param name="MaxSequences">Rows of the batch in all.</param>
/// <param name="ResidentExperts">Expert vectors (or mixtures) in the expert bank, the identity not counted.</param>
/// <param name="CacheBlocks">Blocks of the KV cache that running requests use.</param>
/// <param name="MaxCacheBlocks">Blocks of the KV cache in all.</param>
/// <param name="Faulted">The model thread has ended with an error: nothing is served any more.</param>
public sealed record EngineStatus(int WaitingSequences, int RunningSequences, int MaxSequences, int ResidentExperts, int CacheBlocks, int MaxCacheBlocks, bool Faulted)
{
    /// <summary>Merged copies of hot experts that new requests take.</summary>
    public int MergedExperts { get; init; }
}
