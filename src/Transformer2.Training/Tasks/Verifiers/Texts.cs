namespace Transformer2.Training.Tasks.Verifiers;

internal static class Texts
{
    /// <summary>Most UTF-16 units of an answer that is searched; of a longer one, the end counts: that is where answers are.</summary>
    public const int MostSearched = 64 << 10;

    /// <summary>A text for a message: what others wrote may be long, or no line.</summary>
    public static string Shorten(string text) =>
        new string([.. text.Take(60).Select(character => char.IsControl(character) ? ' ' : character)]) + (text.Length > 60 ? "..." : "");

    public static string Tail(string text) => text.Length <= MostSearched ? text : text[^MostSearched..];

    /// <summary>The content of the last fenced block of a text, and all of it where there is none. A block that does not end ends with the text.</summary>
    public static string Fenced(string text)
    {
        string? last = null;
        List<string>? block = null;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (block is null)
            {
                if (fence) block = [];
            }
            else if (fence)
            {
                last = string.Join('\n', block);
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }

        return block is { Count: > 0 } ? string.Join('\n', block) : last ?? text;
    }
}
