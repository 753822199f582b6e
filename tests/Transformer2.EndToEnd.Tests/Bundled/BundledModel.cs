namespace Transformer2.EndToEnd.Tests;

/// <summary>The model that comes with the repository.</summary>
internal static class BundledModel
{
    /// <summary>Leaves a test out where the model is not.</summary>
    public static void SkipWithout() => Assert.SkipUnless(
        File.Exists(Path.Combine(Programs.RepositoryRoot, "models", "nano", "model.safetensors")), "The bundled model is not in models/nano.");
}
