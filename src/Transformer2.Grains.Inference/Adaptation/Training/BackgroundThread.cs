using System.Runtime.InteropServices;
using TorchSharp;

namespace Transformer2.Grains.Inference;

/// <summary>A thread for computing beside paying traffic: the system gives it what nobody else wants, and it uses few cores.</summary>
internal static partial class BackgroundThread
{
    private const int ProcessScope = 0;
    private const int CallingThread = 0;
    private const int Lowest = 19;

    /// <summary>Runs work on a thread of its own. libtorch keeps "no gradients" and scopes per thread, and pool threads belong to the silo.</summary>
    /// <param name="threads">Threads that compute, this one included; they all have its priority.</param>
    /// <param name="work">The work.</param>
    public static Task<T> Run<T>(int threads, Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            // Of Linux alone: a "process" is a thread there, and .NET's own priorities do nothing. Threads that libtorch makes inherit it.
            if (OperatingSystem.IsLinux())
                _ = SetPriority(ProcessScope, CallingThread, Lowest);
            torch.set_num_threads(threads);
            return work();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
