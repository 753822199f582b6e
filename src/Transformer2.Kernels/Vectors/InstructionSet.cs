using System.Runtime.Intrinsics;

namespace Transformer2.Kernels.Vectors;

/// <summary>Vectors that kernels can be compiled for. Two sets need not give the same last bits; one set always gives the same.</summary>
public enum InstructionSet
{
    /// <summary>No vectors.</summary>
    Scalar,

    /// <summary>4 floats: SSE, NEON.</summary>
    Vector128,

    /// <summary>8 floats: AVX2.</summary>
    Vector256,

    /// <summary>16 floats: AVX-512.</summary>
    Vector512,
}

/// <summary>Which instruction set to use.</summary>
public static class InstructionSets
{
    /// <summary>The environment variable that names an <see cref="InstructionSet"/> to use instead of the best.</summary>
    public const string Variable = "TRANSFORMER2_SIMD";

    /// <summary>The widest that this machine has.</summary>
    public static InstructionSet Best =>
        Vector512.IsHardwareAccelerated ? InstructionSet.Vector512
        : Vector256.IsHardwareAccelerated ? InstructionSet.Vector256
        : Vector128.IsHardwareAccelerated ? InstructionSet.Vector128
        : InstructionSet.Scalar;

    /// <summary>What <see cref="Variable"/> says, else <see cref="Best"/>.</summary>
    /// <exception cref="InvalidOperationException">The variable names no instruction set.</exception>
    public static InstructionSet Chosen =>
        Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } name ? Best
        : Enum.TryParse<InstructionSet>(name, ignoreCase: true, out var set) && Enum.IsDefined(set) ? set
        : throw new InvalidOperationException($"{Variable} is '{name}'; it may be one of {string.Join(", ", Enum.GetNames<InstructionSet>())}.");
}
