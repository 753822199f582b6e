using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Rewrites every character by itself.</summary>
/// <param name="rewrite">What a character becomes; null when it stays.</param>
internal sealed class CharacterNormalizer(Func<Rune, string?> rewrite) : INormalizer
{
    /// <summary>Lower case, whatever the language.</summary>
    public static CharacterNormalizer Lowercase { get; } = new(character =>
        // The one character whose lower case is two.
        character.Value == '\u0130' ? "i\u0307"
        : Rune.ToLowerInvariant(character) is var lower && lower != character ? lower.ToString() : null);

    /// <summary>Without combining marks. Letters that hold their accent keep it, so that a decomposition usually comes first.</summary>
    public static CharacterNormalizer StripAccents { get; } = new(character => UnicodeClass.Mark.Contains(Rune.GetUnicodeCategory(character)) ? "" : null);

    public MarkedText Normalize(MarkedText text)
    {
        var builder = new MarkedTextBuilder();
        var span = text.Text.Span;
        var (at, done) = (0, 0);
        foreach (var rune in span.EnumerateRunes())
        {
            if (rewrite(rune) is { } rewritten)
            {
                builder.Append(text.Slice(done, at - done));
                builder.Append(rewritten, text.IsFromUser(at));
                done = at + rune.Utf16SequenceLength;
            }
            at += rune.Utf16SequenceLength;
        }
        if (done == 0)
            return text;
        builder.Append(text.Slice(done, text.Length - done));
        return builder.Build();
    }
}
