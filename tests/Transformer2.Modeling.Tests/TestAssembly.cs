using System.Runtime.CompilerServices;
using TorchSharp;

// libtorch's own threads and parallel tests would compete for the same cores.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Transformer2.Modeling.Tests;

internal static class TestAssembly
{
#pragma warning disable CA2255 // A test assembly is an application: this runs before any test.
    [ModuleInitializer]
    internal static void Initialize()
    {
        Modeling.Native.TorchNative.EnsureLoaded();
        torch.set_num_threads(1);
    }
#pragma warning restore CA2255
}
