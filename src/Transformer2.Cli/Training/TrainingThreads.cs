using System.CommandLine;
using TorchSharp;
using Transformer2.Modeling.Native;

namespace Transformer2.Cli;

/// <summary>How many threads a training computes with. Sums are rounded in another order with another number, so results differ a little.</summary>
internal static class TrainingThreads
{
    private const int Most = 1024;

    public static Option<int?> Option() => new("--threads")
    {
        Description = "Threads to compute with; a training repeats exactly with the same number of them only [default: all cores]",
        HelpName = "n",
    };

    /// <exception cref="UsageException">Not a number of threads.</exception>
    public static int? Checked(int? threads) => threads is null or (> 0 and <= Most)
        ? threads
        : throw new UsageException($"--threads must be between 1 and {Most}.");

    /// <summary>Sets the number for the calling thread's computations.</summary>
    public static void Use(int? threads)
    {
        TorchNative.EnsureLoaded();
        torch.set_num_threads(threads ?? Environment.ProcessorCount);
    }
}
