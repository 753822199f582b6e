namespace Transformer2.Kernels.Weights;

/// <summary>How a weight is stored.</summary>
public enum WeightType
{
    /// <summary>IEEE single precision, 4 bytes.</summary>
    F32,

    /// <summary>bfloat16, the upper half of a single, 2 bytes.</summary>
    BF16,

    /// <summary>A whole number from -127 to 127, to be multiplied with the scale of its output, 1 byte.</summary>
#pragma warning disable CA1720 // The name of the format is the name of a type.
    Int8,
#pragma warning restore CA1720
}
