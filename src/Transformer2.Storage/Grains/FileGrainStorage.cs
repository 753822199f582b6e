using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Transformer2.Experts;

namespace Transformer2.Storage;

/// <summary>
/// Grain state in files: one JSON file per state, written whole and on disk before the write is acknowledged, so that neither the end
/// of the process nor of the machine loses or halves a state. For one silo: the folder is locked while it is open.
/// </summary>
public sealed class FileGrainStorage : IGrainStorage, IDisposable
{
    private const string LockFile = ".lock";

    private readonly FileGrainStorageOptions _options;
    private readonly IActivatorProvider _activators;
    private readonly string _root;
    private readonly FileStream _lock;

    // One writer per file; grains share a lock by their hash.
    private readonly Lock[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    /// <summary>Opens the folder and removes what a crash may have left half written.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="activators">Makes the state of grains that have none yet.</param>
    /// <exception cref="IOException">Another silo has the folder open.</exception>
    public FileGrainStorage(FileGrainStorageOptions options, IActivatorProvider activators)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Directory);
        _options = options;
        _activators = activators;
        _root = Path.GetFullPath(options.Directory);
        AtomicFile.CreateFolder(_root);
        _lock = Lock(_root);
        foreach (var leftover in Directory.EnumerateFiles(_root, "*" + AtomicFile.TemporaryExtension, SearchOption.AllDirectories))
        {
            File.Delete(leftover);
        }
    }

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.Run(() =>
    {
        var path = PathOf(stateName, grainId);
        if (ReadFile(path) is not { } content)
        {
            Reset(grainState);
            return;
        }

        var envelope = StateEnvelope.Open<T>(path, content, grainId, _options.Json);
        grainState.State = envelope.State;
        grainState.ETag = envelope.Etag;
        grainState.RecordExists = true;
    });

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.Run(() =>
    {
        var path = PathOf(stateName, grainId);
        var (content, etag) = StateEnvelope.Seal(grainId, grainState.State, _options.Json);
        lock (StripeOf(path))
        {
            RequireEtag(path, stateName, grainId, grainState.ETag);
            AtomicFile.CreateFolder(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, content);
        }

        grainState.ETag = etag;
        grainState.RecordExists = true;
    });

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.Run(() =>
    {
        var path = PathOf(stateName, grainId);
        lock (StripeOf(path))
        {
            RequireEtag(path, stateName, grainId, grainState.ETag);
            AtomicFile.Delete(path);
        }

        Reset(grainState);
    });

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string root)
    {
        try
        {
            return new FileStream(Path.Combine(root, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new IOException($"The folder '{root}' cannot be opened alone: another silo uses it, or it cannot be written.", fault);
        }
    }

    private static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void Reset<T>(IGrainState<T> grainState)
    {
        grainState.State = _activators.GetActivator<T>().Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static void RequireEtag(string path, string stateName, GrainId grain, string? expected)
    {
        var stored = ReadFile(path) is { } content ? StateEnvelope.CheckHead(path, content, grain) : null;
        if (stored != expected)
        {
            throw new InconsistentStateException(
                $"The state '{stateName}' of grain '{grain}' is not the one that was read.", stored, expected);
        }
    }

    private string PathOf(string stateName, GrainId grain) => Path.Combine(_root, StateFileName.Of(stateName, grain));

    private Lock StripeOf(string path) => _stripes[(uint)path.GetHashCode(StringComparison.Ordinal) % (uint)_stripes.Length];
}
