namespace Transformer2.Hosting;

/// <summary>Where a server finds its model and keeps what belongs to it, for the roles that need it.</summary>
/// <param name="Model">Directory of the base model.</param>
/// <param name="Decompositions">Directory for decompositions, which can be computed again.</param>
/// <param name="Trainings">Directory for the courses of trainings that have not ended.</param>
public sealed record PlatformPaths(string Model, string Decompositions, string Trainings)
{
    /// <summary>Expert files that come with the model, by name.</summary>
    public IReadOnlyList<string> BundledExperts()
    {
        var directory = Path.Combine(Model, "experts");
        return Directory.Exists(directory) ? [.. Directory.GetFiles(directory, "*.safetensors").Order(StringComparer.Ordinal)] : [];
    }
}
