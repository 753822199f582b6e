using System.Text;

namespace Transformer2.Abstractions;

/// <summary>The ids of the questions that made an expert, as a file: one a line, in ordinal order, none twice.</summary>
public static class QuestionList
{
    /// <summary>The file.</summary>
    public static byte[] ToBytes(IEnumerable<string> ids) =>
        Encoding.UTF8.GetBytes(string.Concat(ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(id => id + "\n")));

    /// <summary>The ids.</summary>
    public static IReadOnlySet<string> Read(ReadOnlySpan<byte> file) =>
        Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
