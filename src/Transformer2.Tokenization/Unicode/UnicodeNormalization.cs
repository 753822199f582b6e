using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Unicode's normalization forms (Unicode Standard Annex 15).</summary>
internal static class UnicodeNormalization
{
    // Hangul syllables are composed by arithmetic: Unicode Standard, section 3.12.
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>From here on a character may join with the one before it.</summary>
    public const char FirstJoining = '\u0300';

    /// <summary>From here on a character may change.</summary>
    public static char FirstAffected(NormalizationForm form) => form switch
    {
        NormalizationForm.FormC => FirstJoining,
        NormalizationForm.FormD => '\u00C0',
        _ => '\u00A0',
    };

    public static string Normalize(ReadOnlySpan<char> text, NormalizationForm form)
    {
        var compatibly = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        var characters = new List<(int Class, int CodePoint)>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (compatibly && CompatibilityData.Instance.TryGetValue(rune.Value, out var parts))
                Add(parts, characters);
            else
                Decompose(rune.Value, characters);
        }
        Order(characters);
        var codePoints = form is NormalizationForm.FormC or NormalizationForm.FormKC ? Compose(characters) : characters.Select(c => c.CodePoint);
        var result = new StringBuilder(characters.Count);
        Span<char> units = stackalloc char[2];
        foreach (var codePoint in codePoints)
            result.Append(units[..new Rune(codePoint).EncodeToUtf16(units)]);
        return result.ToString();
    }

    private static void Decompose(int codePoint, List<(int Class, int CodePoint)> output)
    {
        var syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add((0, LeadBase + (syllable / (VowelCount * TrailCount))));
            output.Add((0, VowelBase + (syllable / TrailCount % VowelCount)));
            if (syllable % TrailCount != 0)
                output.Add((0, TrailBase + (syllable % TrailCount)));
        }
        else if (CanonicalData.Instance.Splits.TryGetValue(codePoint, out var parts))
        {
            Add(parts, output);
        }
        else
        {
            output.Add((Class(codePoint), codePoint));
        }
    }

    private static void Add(int[] parts, List<(int Class, int CodePoint)> output)
    {
        foreach (var part in parts)
            output.Add((Class(part), part));
    }

    /// <summary>Sorts every run of combining characters by class; equals keep their order.</summary>
    private static void Order(List<(int Class, int CodePoint)> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            if (characters[start].Class == 0)
                continue;
            var end = start + 1;
            while (end < characters.Count && characters[end].Class != 0)
                end++;
            if (end - start > 1)
            {
                var sorted = characters.GetRange(start, end - start).OrderBy(c => c.Class).ToList();
                for (var i = start; i < end; i++)
                    characters[i] = sorted[i - start];
            }
            start = end;
        }
    }

    private static List<int> Compose(List<(int Class, int CodePoint)> decomposed)
    {
        var output = new List<int>(decomposed.Count);
        var starter = -1;
        var classBefore = -1;
        foreach (var (combiningClass, codePoint) in decomposed)
        {
            // A character of the same or a higher class in between blocks the composition.
            if (starter >= 0 && classBefore < combiningClass && Join(output[starter], codePoint) is { } joined)
            {
                output[starter] = joined;
                continue;
            }
            classBefore = combiningClass == 0 ? -1 : combiningClass;
            if (combiningClass == 0)
                starter = output.Count;
            output.Add(codePoint);
        }
        return output;
    }

    private static int? Join(int first, int second)
    {
        var (lead, vowel) = (first - LeadBase, second - VowelBase);
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
            return SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
        var (syllable, trail) = (first - SyllableBase, second - TrailBase);
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
            return first + trail;
        return CanonicalData.Instance.Joins.TryGetValue((first, second), out var joined) ? joined : null;
    }

    private static int Class(int codePoint) => CanonicalData.Instance.Classes.GetValueOrDefault(codePoint);
}
