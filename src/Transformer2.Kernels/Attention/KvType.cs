namespace Transformer2.Kernels.Attention;

/// <summary>How keys and values are kept.</summary>
public enum KvType
{
    /// <summary>Single precision.</summary>
    F32,

    /// <summary>bfloat16, rounded to the nearest.</summary>
    BF16,
}
