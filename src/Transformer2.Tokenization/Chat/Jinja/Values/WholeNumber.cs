using System.Globalization;
using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Whole numbers as Python reads them: <c>0x1F</c>, <c>0b101</c>, <c>1_000</c>.</summary>
internal static class WholeNumber
{
    /// <summary>Reads digits in a base from 2 to 36, or 0 for the base that a prefix tells; null when they are no such number.</summary>
    public static object? Parse(string text, int radix)
    {
        Work.Read(text.Length);
        var digits = text.AsSpan().Trim();
        var isNegative = digits.StartsWith("-");
        if (isNegative || digits.StartsWith("+"))
            digits = digits[1..];
        var prefixed = digits is ['0', var letter, ..] ? letter switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 0 } : 0;
        if (prefixed > 0 && (radix == 0 || radix == prefixed))
        {
            radix = prefixed;
            digits = digits[2..];
            digits = digits.StartsWith("_") ? digits[1..] : digits;
        }
        else if (radix == 0)
        {
            radix = 10;
        }
        if (radix is < 2 or > 36)
            throw new ChatTemplateException("The base of a whole number is 0, or from 2 to 36.");
        return Value(digits, radix) is { } value ? Numbers.Of(isNegative ? -value : value) : null;
    }

    private static BigInteger? Value(ReadOnlySpan<char> digits, int radix)
    {
        var value = BigInteger.Zero;
        var (afterDigit, count) = (false, 0);
        foreach (var c in digits)
        {
            var digit = char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (c == '_' ? !afterDigit : digit < 0 || digit >= radix)
                return null;
            afterDigit = c != '_';
            if (!afterDigit)
                continue;
            // Every digit goes over all that came before.
            if (++count > Numbers.MaxDigits)
                throw Numbers.TooLarge();
            Work.Spend(count / 16);
            value = (value * radix) + digit;
        }
        return afterDigit ? value : null;
    }
}
