using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Transformer2.Modeling.Native;

/// <summary>
/// Loads libtorch before the first use of TorchSharp. TorchSharp's native library names a symbol version of libstdc++ that
/// Debian 12 does not have (GLIBCXX_3.4.32) but never uses a symbol of it; where the plain load fails, a private copy is
/// loaded in which that one version need is marked weak. Elsewhere nothing is changed.
/// </summary>
public static class TorchNative
{
    private const string LibraryName = "LibTorchSharp";
    private const string FileName = "lib" + LibraryName + ".so";
    private const string MissingVersion = "GLIBCXX_3.4.32";

    // What libLibTorchSharp.so links to, in load order; those that a backend does not bring are passed over.
    private static readonly string[] Dependencies =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <summary>Makes TorchSharp usable in this process. Idempotent and thread-safe.</summary>
    /// <exception cref="DllNotFoundException">libtorch is not beside the application, or does not load.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (_loaded) return;
            if (OperatingSystem.IsLinux()) LoadOnLinux();
            _loaded = true;
        }
    }

#pragma warning disable CA2255 // A library initialiser is the one place that is certainly before any torch member of this assembly.
    [ModuleInitializer]
    internal static void Initialize() => EnsureLoaded();
#pragma warning restore CA2255

    private static void LoadOnLinux()
    {
        var library = Find() ?? throw new DllNotFoundException($"{FileName} is not beside the application: the TorchSharp native package is missing.");
        if (NativeLibrary.TryLoad(library, out _)) return;

        var directory = Path.GetDirectoryName(library)!;
        foreach (var dependency in Dependencies.Select(name => Path.Combine(directory, name)).Where(File.Exists))
            NativeLibrary.Load(dependency);

        var handle = LoadPatchedCopy(library);
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == LibraryName ? handle : IntPtr.Zero);
    }

    private static IntPtr LoadPatchedCopy(string library)
    {
        var image = File.ReadAllBytes(library);
        ElfVersionNeeds.MarkWeak(image, MissingVersion);
        var privateDirectory = Directory.CreateTempSubdirectory("t2-native-");
        try
        {
            var copy = Path.Combine(privateDirectory.FullName, FileName);
            File.WriteAllBytes(copy, image);
            return NativeLibrary.Load(copy);
        }
        finally
        {
            privateDirectory.Delete(recursive: true); // the mapping outlives the file
        }
    }

    private static string? Find()
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var besideThis = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location) ?? "";
        return new[] { AppContext.BaseDirectory, besideThis }
            .SelectMany(root => new[] { root, Path.Combine(root, "runtimes", "linux-x64", "native") })
            .Concat(searched)
            .Select(directory => Path.Combine(directory, FileName))
            .FirstOrDefault(File.Exists);
    }
}
