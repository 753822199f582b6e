using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Transformer2.Cli;

/// <summary>One line of JSON: an object.</summary>
internal static class JsonLine
{
    private const char Replacement = '\uFFFD';

    /// <summary>Reads a line. An unpaired surrogate, as such or as an escape, counts as U+FFFD.</summary>
    /// <exception cref="InputException">It is no JSON object.</exception>
    public static JsonDocument Parse(string line)
    {
        if (line.Contains(StandardInput.NoText))
        {
            throw new InputException("The line has bytes that are not UTF-8.");
        }

        try
        {
            var document = JsonDocument.Parse(WellFormed(line), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new InputException($"The line is not a JSON object, but of kind {document.RootElement.ValueKind}.");
        }
        catch (JsonException exception)
        {
            throw new InputException($"The line is not JSON: {exception.Message}");
        }
    }

    /// <summary>An object of one string.</summary>
    public static string Of(string name, string value)
    {
        var line = new StringBuilder(value.Length + name.Length + 16).Append("{\"").Append(name).Append("\":\"");
        // The library's encoders escape everything beyond U+FFFF, which nobody can read.
        var at = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append(@"\\"),
                '\n' => line.Append(@"\n"),
                '\r' => line.Append(@"\r"),
                '\t' => line.Append(@"\t"),
                < ' ' or 0x7F => line.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
                // Also what an unpaired surrogate is enumerated as.
                Replacement => line.Append(Replacement),
                _ => line.Append(value, at, rune.Utf16SequenceLength),
            };
            at += rune.Utf16SequenceLength;
        }

        return line.Append("\"}").ToString();
    }

    /// <summary>An object of one list of numbers.</summary>
    public static string Of(string name, IReadOnlyList<int> values) => $"{{\"{name}\":[{string.Join(',', values)}]}}";

    private static string WellFormed(string line)
    {
        if (!line.Contains("\\u", StringComparison.Ordinal) && !line.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return line;
        }

        var text = line.ToCharArray();
        for (var at = 0; at < text.Length; at++)
        {
            if (Escaped(text, at) is { } unit)
            {
                if (char.IsHighSurrogate(unit) && Escaped(text, at + 6) is { } next && char.IsLowSurrogate(next))
                {
                    at += 6;
                }
                else if (char.IsSurrogate(unit))
                {
                    "FFFD".CopyTo(text.AsSpan(at + 2));
                }

                at += 5;
            }
            else if (text[at] == '\\')
            {
                at++;
            }
            else if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
            {
                at++;
            }
            else if (char.IsSurrogate(text[at]))
            {
                text[at] = Replacement;
            }
        }

        return new string(text);
    }

    /// <summary>The unit that an escape \uXXXX stands for.</summary>
    private static char? Escaped(ReadOnlySpan<char> text, int at) =>
        at + 6 <= text.Length && text[at] == '\\' && text[at + 1] == 'u'
        && ushort.TryParse(text.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
