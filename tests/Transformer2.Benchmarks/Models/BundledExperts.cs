using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary>The experts that come with the bundled model.</summary>
internal static class BundledExperts
{
    private static readonly string[] Names = ["math", "code"];

    /// <summary>Those whose categories every version of the bundle has.</summary>
    /// <param name="layout">The model that they must fit.</param>
    public static IReadOnlyList<ExpertVector> Load(ExpertLayout layout) =>
        [.. Names.Select(name => ExpertFile.ReadLenient(File.ReadAllBytes(Path.Combine(Repository.Nano, "experts", $"{name}.safetensors")), layout).Vector)];
}
