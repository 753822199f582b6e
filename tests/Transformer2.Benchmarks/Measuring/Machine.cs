using System.Runtime.InteropServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Benchmarks;

/// <summary>What figures were measured on: without it they say nothing.</summary>
/// <param name="Cpu">The processor's model.</param>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="Simd">Vectors that the kernels use.</param>
/// <param name="MemoryMib">Memory that this process may use.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The .NET runtime.</param>
internal sealed record Machine(string Cpu, int Cores, string Simd, long MemoryMib, string System, string Runtime)
{
    private const string Processors = "/proc/cpuinfo";

    /// <summary>This one.</summary>
    public static Machine Here { get; } = new(
        CpuModel(),
        Environment.ProcessorCount,
        $"{InstructionSets.Chosen}",
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    // ARM has no line with a name.
    private static string CpuModel()
    {
        var line = File.Exists(Processors) ? File.ReadLines(Processors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? $"{RuntimeInformation.OSArchitecture}" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
