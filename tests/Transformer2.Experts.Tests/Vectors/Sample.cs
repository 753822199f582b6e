namespace Transformer2.Experts.Tests.Vectors;

internal static class Sample
{
    public static ExpertVector Expert(params (string Matrix, float[] Z)[] multipliers) =>
        new(multipliers.Select(entry => KeyValuePair.Create(entry.Matrix, entry.Z)));
}
