using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// Computes a base model's logits for the rows of a batch, each row with its own expert. Used by one thread. Every operation writes the
/// same values to the same places when it is repeated.
/// </summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>Number of token ids.</summary>
    int VocabularySize { get; }

    /// <summary>Merged copies of experts that are there for new sequences.</summary>
    int MergedExperts => 0;

    /// <summary>A merged copy of an expert for a new sequence, if there is one. The runner keeps it, as long as somebody uses it and longer.</summary>
    ResidentExpert? FindMerged(ExpertVector expert) => null;

    /// <summary>Brings an expert into this runner's memory.</summary>
    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    ResidentExpert Load(ExpertVector expert);

    /// <summary>Puts the pieces' tokens into the cache. Does not change the rows: the caller advances them.</summary>
    /// <param name="pieces">At most one of each row; the rows' blocks reach as far as the pieces.</param>
    /// <returns>
    /// The logits after each token of which <see cref="Piece.Wanted"/> tells, in the order of the pieces, [wanted tokens * vocabulary]; the caller may
    /// change them, and the next run does.
    /// </returns>
    Span<float> Run(IReadOnlyList<Piece> pieces);

    /// <summary>Makes a block's content unreadable.</summary>
    void Clear(int block);
}
