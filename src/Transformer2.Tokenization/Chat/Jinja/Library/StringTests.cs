using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of strings that ask what characters they are of.</summary>
internal static class StringTests
{
    public static void AddTo(Dictionary<string, StringMethod> methods)
    {
        methods["isalnum"] = (t, _) => All(t, rune => Rune.IsLetter(rune) || IsNumeric(rune));
        methods["isalpha"] = (t, _) => All(t, Rune.IsLetter);
        methods["isascii"] = (t, _) => t.Length == 0 || All(t, rune => rune.IsAscii);
        methods["isdecimal"] = (t, _) => All(t, rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber);
        methods["isdigit"] = (t, _) => All(t, rune => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0);
        methods["isidentifier"] = (t, _) => t.Length > 0 && IsStart(Rune.GetRuneAt(t.Value, 0)) && All(t, rune => IsStart(rune) || IsRest(rune));
        methods["islower"] = (t, _) => Casing.IsAll(t.Value, Casing.IsLower);
        methods["isnumeric"] = (t, _) => All(t, IsNumeric);
        methods["isprintable"] = (t, _) => t.Length == 0 || All(t, PythonText.IsPrintable);
        methods["isspace"] = (t, _) => All(t, rune => rune.IsBmp && Strings.IsSpace((char)rune.Value));
        methods["istitle"] = (t, _) => IsTitle(t.Value);
        methods["isupper"] = (t, _) => Casing.IsAll(t.Value, Casing.IsUpper);
    }

    /// <summary>Whether a character belongs to a word.</summary>
    public static bool IsWord(Rune rune) => rune.Value == '_' || Rune.IsLetter(rune) || IsNumeric(rune);

    private static bool All(Text text, Func<Rune, bool> holds)
    {
        Work.Spend(4L * text.Length);
        return text.Length > 0 && text.Value.EnumerateRunes().All(holds);
    }

    private static bool IsNumeric(Rune rune) => CharUnicodeInfo.GetNumericValue(rune.ToString(), 0) >= 0;

    private static bool IsStart(Rune rune) => Rune.IsLetter(rune) || rune.Value == '_' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber;

    private static bool IsRest(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;

    /// <summary>Whether upper case is where a word starts, and only there.</summary>
    private static bool IsTitle(string text)
    {
        Work.Spend(2L * text.Length);
        var (inWord, any) = (false, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isCased = Casing.IsCased(rune);
            if (isCased && Casing.IsLower(rune) != inWord)
                return false;
            inWord = isCased;
            any |= isCased;
        }
        return any;
    }
}
