using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// Computes a base model's logits for rows of a batch, each row with its own expert. Rows are numbered from 0; used by one thread.
/// </summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>Number of token ids.</summary>
    int VocabularySize { get; }

    /// <summary>Expert vectors in the bank.</summary>
    int ResidentExperts { get; }

    /// <summary>Makes an expert available to rows; null for the identity, which needs none.</summary>
    ExpertSlot? Acquire(ExpertVector expert);

    /// <summary>A row no longer uses a slot.</summary>
    void Release(ExpertSlot slot);

    /// <summary>Puts a piece of one row's prompt into the cache.</summary>
    /// <param name="row">The row.</param>
    /// <param name="start">Position of the piece's first token.</param>
    /// <param name="tokens">The piece.</param>
    /// <param name="promptLength">Tokens of the whole prompt, so that its pieces compute what it computes at once.</param>
    /// <param name="expert">The row's expert.</param>
    /// <returns>The logits after the last of the tokens, [vocabulary].</returns>
    float[] Prefill(int row, int start, int[] tokens, int promptLength, ExpertSlot? expert);

    /// <summary>Puts one token of each of the rows 0, 1, … into the cache.</summary>
    /// <param name="rows">Per row its position and token.</param>
    /// <param name="experts">Per row its expert.</param>
    /// <returns>The logits after them, [rows * vocabulary].</returns>
    float[] Decode(IReadOnlyList<(int Position, int Token)> rows, IReadOnlyList<ExpertSlot?> experts);

    /// <summary>Moves a row's first positions to another, free row.</summary>
    void Move(int from, int to, int length);

    /// <summary>Forgets a row, so that nothing of it reaches the next sequence.</summary>
    void Clear(int row, int length);
}
