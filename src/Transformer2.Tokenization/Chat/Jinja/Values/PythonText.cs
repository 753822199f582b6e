using System.Globalization;
using System.Numerics;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Values as Python prints them.</summary>
internal static class PythonText
{
    /// <summary>How deeply lists and dictionaries may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>As <c>str()</c>.</summary>
    public static Text Of(object? value) => value switch
    {
        Text text => text,
        Undefined => Text.Empty,
        _ => Repr(value),
    };

    /// <summary>Whether any text within a value is from the caller.</summary>
    public static bool AnyFromUser(object? value, int depth = 0)
    {
        Work.Enter();
        return value switch
        {
            Text text => text.AnyFromUser,
            _ when depth > MaxDepth => throw TooDeep(),
            Map map => map.Any(e => AnyFromUser(e.Key, depth + 1) || AnyFromUser(e.Value, depth + 1)),
            IReadOnlyList<object?> list => AnyItemFromUser(list, depth),
            MapView view => AnyFromUser(view.Source, depth),
            _ => false,
        };
    }

    private static bool AnyItemFromUser(IReadOnlyList<object?> list, int depth)
    {
        Work.Steps(1);
        return list.Any(i => AnyFromUser(i, depth + 1));
    }

    /// <summary>As <c>repr()</c>.</summary>
    public static Text Repr(object? value)
    {
        // Checked first, as it bounds the depth.
        var isFromUser = AnyFromUser(value);
        return Text.Of(new PythonWriter().Write(value).ToString(), isFromUser);
    }

    /// <summary>As <c>ascii()</c>: what is not ASCII is escaped.</summary>
    public static Text Ascii(object? value)
    {
        var text = Repr(value);
        Work.Spend(8L * text.Length);
        var escaped = new StringBuilder();
        foreach (var rune in text.Value.EnumerateRunes())
            _ = rune.IsAscii ? escaped.Append(rune) : Escape(rune, escaped);
        return Text.Of(escaped.ToString(), text.AnyFromUser);
    }

    /// <summary>The fewest digits that are the number, as <c>repr()</c> has them.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var (digits, exponent) = DecimalDigits.Shortest(Math.Abs(value));
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    public static string Number(BigInteger value)
    {
        Work.Spend(value.GetBitLength() / 2);
        return value.ToString(CultureInfo.InvariantCulture);
    }

    public static ChatTemplateException TooDeep() => new("A value of the chat template is nested too deeply.");

    /// <summary>Writes a character by its number.</summary>
    public static StringBuilder Escape(Rune rune, StringBuilder text) => rune.Value switch
    {
        <= 0xFF => text.Append(CultureInfo.InvariantCulture, $@"\x{rune.Value:x2}"),
        <= 0xFFFF => text.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
        _ => text.Append(CultureInfo.InvariantCulture, $@"\U{rune.Value:x8}"),
    };

    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
