using Transformer2.Storage;

namespace Transformer2.Hosting;

/// <summary>The server's own directory, held for as long as the object lives, so that two servers never write to the same state.</summary>
public sealed class DataDirectory : IDisposable
{
    private readonly FileStream _held;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _held = held;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>States of grains.</summary>
    public string Grains => System.IO.Path.Combine(Path, "grains");

    /// <summary>Expert files.</summary>
    public string Experts => System.IO.Path.Combine(Path, "experts");

    /// <summary>Data sets.</summary>
    public string Datasets => System.IO.Path.Combine(Path, "datasets");

    /// <summary>Which questions made experts.</summary>
    public string Questions => System.IO.Path.Combine(Path, "questions");

    /// <summary>Decompositions of base models, which can be computed again. Local tools share them.</summary>
    public string Decompositions => System.IO.Path.Combine(Path, "decompositions");

    /// <summary>Courses of trainings that have not ended.</summary>
    public string Trainings => System.IO.Path.Combine(Path, "trainings");

    /// <summary>Keys of the demo tenant and of the administrator.</summary>
    public string Credentials => System.IO.Path.Combine(Path, "dev-credentials.json");

    /// <summary>Exists once the bundled experts were given to the demo tenant.</summary>
    public string SeededMark => System.IO.Path.Combine(Path, "seeded");

    /// <summary>Creates the directory if need be, and takes it. What the process creates from here on is its owner's alone.</summary>
    /// <exception cref="StartupException">It cannot be used, or another process has it.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        PrivateFiles.CreateFromNowOn();
        try
        {
            Directory.CreateDirectory(full);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data directory '{full}' cannot be created: {exception.Message}", exception);
        }

        try
        {
            // The operating system lets go of it however the process ends.
            return new(full, new(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StartupException($"The data directory '{full}' cannot be written: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw new StartupException(
                $"The data directory '{full}' is in use by another server; stop it, or set T2__DataDirectory.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();
}
