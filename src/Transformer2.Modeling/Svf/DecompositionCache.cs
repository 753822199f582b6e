using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>
/// Decompositions on disk: a folder per decomposition fingerprint, in it one safetensors file per matrix (<c>.u</c> [out, rank],
/// <c>.sigma</c> [rank], <c>.vh</c> [rank, in], float32). A file appears whole or not at all, so whatever a killed run left is used, and a
/// choice of matrices is the beginning of a larger one.
/// </summary>
public sealed class DecompositionCache
{
    private const string FingerprintKey = "t2.decomposition";
    private const string LockFile = ".lock";

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    private readonly string _fingerprint;

    /// <param name="root">Folder of all decompositions; created when something is written.</param>
    /// <param name="fingerprint">The decomposition's fingerprint.</param>
    public DecompositionCache(string root, string fingerprint)
    {
        _fingerprint = fingerprint;
        Directory = Path.Combine(root, fingerprint.Replace(':', '-'));
    }

    /// <summary>The decomposition's own folder.</summary>
    public string Directory { get; }

    /// <summary>Whether a matrix is here. A file that does not fit (an older layout, a torn disk) counts as absent, never trusted.</summary>
    public bool Has(ProjectionMatrix matrix)
    {
        using var file = TryOpen(matrix);
        return file is not null;
    }

    /// <summary>Reads a matrix's factors, or null when they are not here.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="dtype">Number type of the result.</param>
    /// <param name="device">Where to.</param>
    public SvdFactors? TryRead(ProjectionMatrix matrix, ScalarType dtype, Device device)
    {
        using var file = TryOpen(matrix);
        return file is null ? null : new SvdFactors(Read("u"), Read("sigma"), Read("vh"));

        Tensor Read(string part) => file.ReadTensor(Entry(matrix, part), dtype, device).DetachFromDisposeScope();
    }

    /// <summary>Reads a matrix's singular values, or null when they are not here.</summary>
    public float[]? TryReadSigma(ProjectionMatrix matrix)
    {
        using var file = TryOpen(matrix);
        return file?.ReadSingles(Entry(matrix, "sigma"));
    }

    /// <summary>Keeps a matrix's factors, straight from libtorch's memory to the disk.</summary>
    public void Write(ProjectionMatrix matrix, SvdFactors factors) => SafetensorsWriter.Write(
        FileOf(matrix),
        [factors.U.ToTensorData(Entry(matrix, "u")), factors.Sigma.ToTensorData(Entry(matrix, "sigma")), factors.Vh.ToTensorData(Entry(matrix, "vh"))],
        new Dictionary<string, string> { [FingerprintKey] = _fingerprint });

    /// <summary>
    /// Makes this process the only one that writes here, and removes what a killed one was writing. Another writer is waited for: it
    /// computes what this one would. The operating system ends the lock with its process.
    /// </summary>
    internal IDisposable Lock(CancellationToken cancellationToken)
    {
        System.IO.Directory.CreateDirectory(Directory);
        FileStream? held;
        while ((held = TryLock()) is null)
        {
            cancellationToken.WaitHandle.WaitOne(LockPoll);
            cancellationToken.ThrowIfCancellationRequested();
        }

        foreach (var leftover in System.IO.Directory.EnumerateFiles(Directory, "*" + AtomicFile.TemporaryExtension)) File.Delete(leftover);
        return held;
    }

    private FileStream? TryLock()
    {
        const int sharingViolation = 11, windowsSharingViolation = unchecked((int)0x80070020); // EWOULDBLOCK of flock, ERROR_SHARING_VIOLATION
        try
        {
            return new FileStream(Path.Combine(Directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is sharingViolation or windowsSharingViolation)
        {
            return null;
        }
    }

    private SafetensorsFile? TryOpen(ProjectionMatrix matrix)
    {
        SafetensorsFile? file = null;
        try
        {
            if (!File.Exists(FileOf(matrix))) return null;
            file = SafetensorsFile.Open(FileOf(matrix));
            if (file.Metadata.GetValueOrDefault(FingerprintKey) == _fingerprint
                && Fits("u", matrix.Rows, matrix.Rank) && Fits("sigma", matrix.Rank) && Fits("vh", matrix.Rank, matrix.Columns))
            {
                return file;
            }
        }
        catch (Exception e) when (e is SafetensorsException or IOException or UnauthorizedAccessException)
        {
            // Made anew.
        }

        file?.Dispose();
        return null;

        bool Fits(string part, params long[] shape) =>
            file.Tensors.TryGetValue(Entry(matrix, part), out var info) && info.DType == SafetensorsDType.F32 && info.Shape.SequenceEqual(shape);
    }

    private string FileOf(ProjectionMatrix matrix) => Path.Combine(Directory, matrix.Name + ".safetensors");

    private static string Entry(ProjectionMatrix matrix, string part) => $"{matrix.Name}.{part}";
}
