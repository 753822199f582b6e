namespace Transformer2.Training;

/// <summary>Policies that are chosen by a name.</summary>
internal static class Named
{
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static T Find<T>(IReadOnlyList<T> all, string name, Func<T, string> nameOf, string what) =>
        all.FirstOrDefault(item => nameOf(item) == name)
        ?? throw new ArgumentException($"'{name}' is none of {string.Join(", ", all.Select(nameOf))} ({what}).");
}
