using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization.Tests;

/// <summary>Reading of cases kept as JSON.</summary>
internal static class JsonCases
{
    public static int[] Ids(this JsonElement element, string name, int[]? otherwise = null) =>
        element.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(v => v.GetInt32())] : otherwise!;

    public static string Text(this JsonElement element, string name, string? otherwise = null) =>
        element.TryGetProperty(name, out var value) ? Unescape(value) : otherwise!;

    /// <summary>GetString refuses unpaired surrogates; some cases hold them.</summary>
    private static string Unescape(JsonElement value)
    {
        var raw = value.GetRawText();
        var text = new StringBuilder();
        for (var i = 1; i < raw.Length - 1; i++)
        {
            if (raw[i] != '\\')
                text.Append(raw[i]);
            else if (raw[++i] == 'u')
                text.Append((char)Convert.ToInt32(raw.Substring((i += 4) - 3, 4), 16));
            else
                text.Append(raw[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', var c => c });
        }
        return text.ToString();
    }
}
