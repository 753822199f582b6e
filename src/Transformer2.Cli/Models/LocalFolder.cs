using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Cli;

/// <summary>A base model's folder, opened for a command; its faults end the command with the right exit code.</summary>
internal static class LocalFolder
{
    /// <summary>Opens the folder and works with it.</summary>
    /// <exception cref="InputException">The folder holds no usable model.</exception>
    /// <exception cref="FileNotFoundException">The folder, or a file that every model has, is not there.</exception>
    public static T Use<T>(string directory, Func<ModelFolder, T> work)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no folder '{directory}'.");
        }

        try
        {
            using var folder = ModelFolder.Open(directory);
            return work(folder);
        }
        catch (CheckpointException exception) when (exception.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException(exception.Message);
        }
        catch (CheckpointException exception)
        {
            throw new InputException(exception.Message);
        }
    }

    /// <summary>The argument that names the folder.</summary>
    public static System.CommandLine.Argument<string> Argument() =>
        new("folder") { Description = "Folder of the base model: config.json, model.safetensors (or shards with an index)" };
}
