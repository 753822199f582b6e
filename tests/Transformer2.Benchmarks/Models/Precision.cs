namespace Transformer2.Benchmarks;

/// <summary>What weights are stored and multiplied in.</summary>
internal enum Precision
{
    /// <summary>float32.</summary>
    F32,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>8-bit integers with scales; Q8_0 in the peer.</summary>
    Int8,
}
