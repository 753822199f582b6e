using System.Globalization;

namespace Transformer2.Experts;

/// <summary>What a metadata entry may say. Entries are listed with the library and shown on terminals.</summary>
/// <param name="MaxLength">Most characters.</param>
/// <param name="Lines">Whether it may have several lines.</param>
/// <param name="Words">The words that it may be; null for any text.</param>
internal sealed record MetadataText(int MaxLength, bool Lines = false, IReadOnlyList<string>? Words = null)
{
    /// <summary>A short text on one line.</summary>
    public static readonly MetadataText Label = new(128);

    /// <summary>A text for people.</summary>
    public static readonly MetadataText Description = new(1024, Lines: true);

    /// <summary>A record of how something came to be.</summary>
    public static readonly MetadataText Record = new(16 << 10, Lines: true);

    /// <summary>One of a few words.</summary>
    public static MetadataText OneOf(params string[] words) => new(Label.MaxLength, Words: words);

    /// <summary>The value, when it is fit.</summary>
    /// <param name="key">Key of the entry.</param>
    /// <param name="value">The value.</param>
    /// <param name="lenient">Any short text will do for a word, and lines anywhere; what would deceive a terminal never does.</param>
    /// <exception cref="ExpertFileException">It is unfit.</exception>
    public string Checked(string key, string value, bool lenient)
    {
        if (value.Length > MaxLength)
        {
            throw Unfit($"'{key}' has more than {MaxLength} characters.");
        }

        if (value.Any(Deceives))
        {
            throw Unfit($"'{key}' has control characters.");
        }

        if (!lenient && !Lines && value.AsSpan().ContainsAny('\n', '\t'))
        {
            throw Unfit($"'{key}' has more than one line, or a tab.");
        }

        return lenient || Words is null || Words.Contains(value, StringComparer.Ordinal)
            ? value
            : throw Unfit($"'{key}' is '{Display.Clip(value)}', not one of: {string.Join(", ", Words)}.");
    }

    // Besides control characters: separators of lines that few programs expect, and those that turn the direction of writing.
    private static bool Deceives(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t'))
        || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static ExpertFileException Unfit(string message) => new(SafetensorsReason.Metadata, message);
}
