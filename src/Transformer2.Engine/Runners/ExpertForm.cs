namespace Transformer2.Engine;

/// <summary>
/// How an expert changes one matrix. Chosen when the expert is loaded, and kept as long as a sequence uses it: other forms round differently.
/// </summary>
internal enum ExpertForm
{
    /// <summary>Not at all, y = x W^T: to the bit what the base model computes.</summary>
    Base,

    /// <summary>
    /// y = ((x V) * (sigma * z)) U^T: two products that all experts share, so the cost does not depend on how many there are.
    /// </summary>
    Factored,

    /// <summary>
    /// y = x W^T + ((x V_S) * (sigma_S * (z_S - 1))) U_S^T over the directions S in which z is not one: exact, and cheaper where they are few.
    /// </summary>
    Delta,

    /// <summary>
    /// y = x W'^T with a copy W' = U diag(sigma * z) V^T of its own: as fast as the base model for rows of this expert, which share the copy with nobody else.
    /// </summary>
    Merged,
}
