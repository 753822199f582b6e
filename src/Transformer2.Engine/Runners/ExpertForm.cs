namespace Transformer2.Engine;

/// <summary>How a sequence's expert is computed. Decided at admission and kept for its whole life: other forms round differently.</summary>
internal enum ExpertForm
{
    /// <summary>The base model's own products, y = x W^T.</summary>
    Base,

    /// <summary>y = ((x V) * (sigma * z)) U^T: two products that all experts share, so the cost does not depend on how many there are.</summary>
    Factored,

    /// <summary>y = x W^T + ((x V_S) * (sigma_S * (z_S - 1))) U_S^T over the few directions S in which z is not one.</summary>
    Delta,

    /// <summary>y = x W'^T with a copy of the matrices of its own.</summary>
    Merged,
}
