using System.Xml.Linq;

namespace Transformer2.Architecture.Tests;

/// <summary>The repository's files, as they stand on disk.</summary>
internal static class Repository
{
    /// <summary>The root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The products' projects by name, without the common prefix.</summary>
    public static IReadOnlyDictionary<string, Project> Projects { get; } =
        Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(Project.Load)
            .ToDictionary(project => project.Name);

    /// <summary>The C# files below <c>src</c>, generated ones left out; paths relative to the root.</summary>
    public static IEnumerable<string> SourceFiles() =>
        Directory.GetFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    /// <summary>The lines of a file.</summary>
    public static string[] Lines(string relative) => File.ReadAllLines(Path.Combine(Root, relative));

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "global.json")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }
}

/// <summary>What a project file says.</summary>
/// <param name="Name">Its name, without the common prefix.</param>
/// <param name="Sdk">The SDK.</param>
/// <param name="References">Names of the projects that it references.</param>
/// <param name="Packages">Names of the packages that it references.</param>
/// <param name="Frameworks">Shared frameworks that it references.</param>
internal sealed record Project(
    string Name, string Sdk, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Frameworks)
{
    public static Project Load(string path)
    {
        var root = XDocument.Load(path).Root!;
        return new Project(
            Short(path),
            (string?)root.Attribute("Sdk") ?? "",
            [.. Includes("ProjectReference").Select(Short)],
            [.. Includes("PackageReference")],
            [.. Includes("FrameworkReference")]);

        IEnumerable<string> Includes(string element) => root.Descendants(element).Select(item => (string)item.Attribute("Include")!);
    }

    /// <summary>Names of all projects that come along with this one, itself left out.</summary>
    public IReadOnlySet<string> Closure()
    {
        var found = new HashSet<string>();
        var open = new Queue<string>(References);
        while (open.TryDequeue(out var name))
        {
            if (found.Add(name))
            {
                foreach (var next in Repository.Projects[name].References)
                {
                    open.Enqueue(next);
                }
            }
        }

        return found;
    }

    private static string Short(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        return name.StartsWith("Transformer2.", StringComparison.Ordinal) ? name["Transformer2.".Length..] : name;
    }
}
