namespace Transformer2.Cli;

/// <summary>The folder in which a server on this machine keeps its data.</summary>
internal static class DataDirectory
{
    public const string Variable = "T2__DataDirectory";
    public const string Default = ".t2";

    /// <summary>The folder in it that holds decompositions.</summary>
    public const string Decompositions = "decompositions";

    /// <summary>Its full path; it need not exist.</summary>
    public static string PathOf(CliHost host) =>
        Path.Combine(host.Directory, host.Environment(Variable) is { Length: > 0 } named ? named : Default);

    /// <summary>Where decompositions are kept, shared with the server; null when there is no data directory.</summary>
    public static string? DecompositionCache(CliHost host) =>
        PathOf(host) is var path && Directory.Exists(path) ? Path.Combine(path, Decompositions) : null;
}
