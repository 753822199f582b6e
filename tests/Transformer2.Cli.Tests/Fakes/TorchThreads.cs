namespace Transformer2.Cli.Tests;

/// <summary>Commands that compute set libtorch's number of threads, which is the whole process's: their tests run one after the other.</summary>
internal static class TorchThreads
{
    public const string Collection = "computes";
}
