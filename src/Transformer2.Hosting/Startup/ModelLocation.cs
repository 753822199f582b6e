namespace Transformer2.Hosting;

/// <summary>Finds the base model.</summary>
internal static class ModelLocation
{
    private static readonly string Bundled = Path.Combine("models", "nano");

    /// <summary>The directory that was asked for, or the bundled model beside the program or above it or the working directory.</summary>
    /// <exception cref="StartupException">There is no model.</exception>
    public static string Find(string asked)
    {
        if (asked.Length > 0)
        {
            var full = Path.GetFullPath(asked);
            return HasModel(full)
                ? full
                : throw new StartupException($"There is no model in '{full}' (no config.json); check T2__ModelDirectory.");
        }

        return Above(AppContext.BaseDirectory).Concat(Above(Environment.CurrentDirectory)).FirstOrDefault(HasModel)
            ?? throw new StartupException($"The bundled model '{Bundled}' was not found near the program; set T2__ModelDirectory.");
    }

    private static IEnumerable<string> Above(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            yield return Path.Combine(directory.FullName, Bundled);
    }

    private static bool HasModel(string directory) => File.Exists(Path.Combine(directory, "config.json"));
}
