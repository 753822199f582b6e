using Transformer2.Experts;

namespace Transformer2.Tests.Doubles;

/// <summary>Expert files for the fake engine's model.</summary>
internal static class ExpertBytes
{
    /// <summary>A valid file; different values give different contents.</summary>
    public static byte[] Of(float value, string? description = null, ExpertLayout? layout = null)
    {
        var fits = layout ?? FakeEngine.Layout;
        var vector = new ExpertVector(
            fits.Ranks.Select(matrix => KeyValuePair.Create(matrix.Key, Enumerable.Repeat(value, matrix.Value).ToArray())));
        return ExpertFile.ToBytes(vector, new()
        {
            BaseModel = fits.BaseModel,
            Decomposition = fits.Decomposition,
            Task = "math",
            Modules = "mlp",
            Description = description,
        });
    }
}
