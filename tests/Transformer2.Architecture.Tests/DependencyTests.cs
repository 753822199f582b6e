namespace Transformer2.Architecture.Tests;

/// <summary>Dependencies point down only. A new project is declared here first.</summary>
public sealed class DependencyTests
{
    // What each project may reference directly.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Protos"] = [],
        ["Abstractions"] = [],
        ["Experts"] = [],
        ["Tokenization"] = [],
        ["Kernels"] = [],
        ["Adaptation"] = ["Experts"],
        ["Modeling"] = ["Experts"],
        ["Engine"] = ["Adaptation", "Kernels", "Modeling", "Tokenization", "Experts"],
        ["Training"] = ["Adaptation", "Modeling", "Tokenization", "Experts"],
        ["Storage"] = ["Abstractions", "Experts"],
        ["Grains"] = ["Abstractions", "Adaptation", "Experts"],
        ["Grains.Inference"] = ["Abstractions", "Adaptation", "Grains", "Engine", "Experts", "Protos", "Training"],
        ["Gateway"] = ["Abstractions", "Protos", "Experts"],
        ["Hosting"] = ["Abstractions", "Gateway", "Grains", "Storage"],
        ["Server"] = ["Hosting", "Grains.Inference"],
        ["Client"] = ["Protos"],
        ["Cli"] = ["Client", "Training", "Engine", "Adaptation", "Experts"],
    };

    // Besides the table: what must not come along by any way.
    private static readonly Dictionary<string, string[]> Forbidden = new()
    {
        ["Grains"] = ["Engine", "Modeling", "Gateway", "Protos", "Storage"],
        ["Gateway"] = ["Grains", "Engine", "Modeling", "Storage"],
        ["Hosting"] = ["Engine", "Modeling", "Grains.Inference"],
        ["Storage"] = ["Grains", "Modeling"],
        ["Client"] = ["Abstractions", "Grains", "Modeling", "Experts"],
    };

    private static readonly string[] AspNetProjects = ["Gateway", "Hosting", "Server", "Console", "FrontEnd"];

    // Who tests a project that has no test project of its own.
    private static readonly Dictionary<string, string> TestedElsewhere = new()
    {
        ["Protos"] = "generated code; Cli.Tests and EndToEnd.Tests speak it",
        ["Abstractions"] = "Grains.Tests",
        ["Grains.Inference"] = "Grains.Tests and EndToEnd.Tests",
        ["Hosting"] = "EndToEnd.Tests",
        ["Server"] = "EndToEnd.Tests",
        ["Client"] = "Cli.Tests and EndToEnd.Tests",
    };

    public static TheoryData<string> ProjectNames => [.. Repository.Projects.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_references_only_what_lies_below_it(string name)
    {
        Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is not declared in {nameof(DependencyTests)}.");
        Assert.Empty(Repository.Projects[name].References.Except(allowed!));
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_does_not_bring_along_what_it_must_not_know(string name) =>
        Assert.Empty(Repository.Projects[name].Closure().Intersect(Forbidden.GetValueOrDefault(name, [])));

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void Only_Modeling_names_a_TorchSharp_package(string name) =>
        Assert.Equal(
            name == "Modeling",
            Repository.Projects[name].Packages.Any(package => package.StartsWith("TorchSharp", StringComparison.OrdinalIgnoreCase)));

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void Only_the_edge_uses_ASP_NET(string name)
    {
        var project = Repository.Projects[name];
        var isWeb = project.Sdk.EndsWith(".Web", StringComparison.Ordinal)
            || project.Sdk.EndsWith(".Razor", StringComparison.Ordinal)
            || project.Frameworks.Contains("Microsoft.AspNetCore.App")
            || project.Packages.Any(package => package.StartsWith("Grpc.AspNetCore", StringComparison.Ordinal));
        Assert.True(!isWeb || AspNetProjects.Contains(name), $"{name} uses ASP.NET.");
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_has_tests(string name)
    {
        var tests = Path.Combine(Repository.Root, "tests", $"Transformer2.{name}.Tests");
        var hasTests = Directory.Exists(tests)
            && Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
                .Any(file => File.ReadLines(file).Any(line => line.Contains("[Fact", StringComparison.Ordinal) || line.Contains("[Theory", StringComparison.Ordinal)));
        Assert.True(hasTests || TestedElsewhere.ContainsKey(name), $"{name} has no tests: write some, or say in {nameof(DependencyTests)} who tests it.");
    }

    [Fact]
    public void Every_declared_project_exists() =>
        Assert.Empty(Allowed.Keys.Concat(TestedElsewhere.Keys).Except(Repository.Projects.Keys));

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Transformer2.Platform.sln"));
        var projects = new[] { "src", "tests" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetFileName(path));
        Assert.DoesNotContain(projects, project => !solution.Contains($"\\{project}\"", StringComparison.Ordinal));
    }
}
