namespace Transformer2.Adaptation.Tests;

internal static class Sample
{
    public static ExpertVector Expert(params (string Matrix, float[] Z)[] multipliers) =>
        new(multipliers.Select(entry => KeyValuePair.Create(entry.Matrix, entry.Z)));

    public static void Near(double[] expected, ReadOnlyMemory<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
