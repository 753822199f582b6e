namespace Transformer2.Tokenization;

/// <summary>How often a character is taken off the ends of something.</summary>
/// <param name="Character">The character.</param>
/// <param name="Start">At most so often at the start.</param>
/// <param name="Stop">At most so often at the end.</param>
internal readonly record struct EndTrim(char Character, int Start, int Stop)
{
    /// <summary>The text without it.</summary>
    public string Of(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && start < Start && text[start] == Character)
            start++;
        while (end > start && text.Length - end < Stop && text[end - 1] == Character)
            end--;
        return text[start..end];
    }
}
