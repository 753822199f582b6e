using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Kinds of characters as Rust's standard library and its regular expressions have them, on which the reference is built.</summary>
internal static class CharacterClasses
{
    public static bool IsNumeric(Rune character) => UnicodeClass.Number.Contains(Rune.GetUnicodeCategory(character));

    /// <summary>Of words (<c>\w</c>): also the joiners, and the enclosed letters, which Unicode counts as symbols but as alphabetic.</summary>
    public static bool IsWord(Rune character) => UnicodeClass.Word.Contains(Rune.GetUnicodeCategory(character))
        || character.Value is '\u200C' or '\u200D' or (>= 0x24B6 and <= 0x24E9)
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>ASCII's symbols count, too.</summary>
    public static bool IsPunctuation(Rune character) => UnicodeClass.Punctuation.Contains(Rune.GetUnicodeCategory(character))
        || character.Value is '$' or '+' or '<' or '=' or '>' or '^' or '`' or '|' or '~';
}
