using System.Globalization;
using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>The decimal digits of a double's exact value, rounded to the nearest, and of two equally near ones to the even, as Python does.</summary>
internal static class DecimalDigits
{
    // No double has more digits after its point, or more that are not zero.
    private const int Most = 1100;

    /// <summary>A number that is not negative with so many digits after the point.</summary>
    public static string Fixed(double value, int precision)
    {
        var kept = Math.Min(precision, Most);
        var digits = Scaled(value, kept).ToString(CultureInfo.InvariantCulture).PadLeft(kept + 1, '0');
        return precision == 0 ? digits : $"{digits[..^kept]}.{digits[^kept..].PadRight(precision, '0')}";
    }

    /// <summary>The leading digits of a number that is not negative, and the power of ten of the first.</summary>
    public static (string Digits, int Exponent) Leading(double value, int count)
    {
        var kept = Math.Min(count, Most);
        var exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(value));
        while (true)
        {
            var digits = Scaled(value, kept - 1 - exponent).ToString(CultureInfo.InvariantCulture);
            if (digits.Length == kept || value == 0)
                return (digits.PadRight(count, '0'), exponent);
            // The logarithm was not exact, or 9.99 was rounded to 10.0.
            exponent += digits.Length - kept;
        }
    }

    /// <summary>The fewest digits that no other number is nearer to, without zeros at the end, and the power of ten of the first.</summary>
    public static (string Digits, int Exponent) Shortest(double value)
    {
        // Its parts are taken from one text: rounded to a fixed number of digits, the exponent of 9.99…e-8 would be another.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal) is >= 0 and var found ? found : mantissa.Length;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var zeros = mantissa.Length - (point < mantissa.Length ? 1 : 0) - digits.Length;
        return digits.Length == 0
            ? ("0", 0)
            : (digits.TrimEnd('0'), (e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture)) + point - zeros - 1);
    }

    /// <summary>As <c>round()</c>; fewer than no digits after the point round to tens and hundreds.</summary>
    public static double Round(double value, int precision)
    {
        if (!double.IsFinite(value) || precision > Most)
            return value;
        // Beyond 10^308 everything rounds to zero.
        var digits = precision < -309 ? BigInteger.Zero : Scaled(Math.Abs(value), precision);
        var rounded = double.Parse($"{digits}E{-precision}", CultureInfo.InvariantCulture);
        return double.IsFinite(rounded)
            ? Math.CopySign(rounded, value)
            : throw new ChatTemplateException("A number of the chat template is too large when rounded.");
    }

    /// <summary>The value times a power of ten, as the nearest whole number.</summary>
    private static BigInteger Scaled(double value, int power)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52);
        var mantissa = bits & ((1L << 52) - 1);
        if (exponent > 0)
            mantissa |= 1L << 52;
        var shift = Math.Max(exponent, 1) - 1075;
        var numerator = mantissa * BigInteger.Pow(10, Math.Max(power, 0)) << Math.Max(shift, 0);
        var denominator = BigInteger.Pow(10, Math.Max(-power, 0)) << Math.Max(-shift, 0);
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var half = (2 * rest).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
