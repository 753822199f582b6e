namespace Transformer2.Experts.Tests.ExpertFiles;

internal static class DictionaryExtensions
{
    public static Dictionary<string, string> With(this Dictionary<string, string> entries, string key, string value) =>
        new(entries) { [key] = value };
}
