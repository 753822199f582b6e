using System.Globalization;
using System.Numerics;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>An exact number: 0.1 is a tenth, and 1/3 is not 0.333. The denominator is positive; nothing is reduced.</summary>
internal readonly record struct Rational(BigInteger Numerator, BigInteger Denominator)
{
    /// <summary>Most digits of a number: longer ones are no answers, and their arithmetic is no small thing.</summary>
    private const int MostDigits = 200;

    /// <summary>Reads digits with an optional point, separators of thousands and a power of ten.</summary>
    public static Rational? Parse(string text)
    {
        var plain = text.Replace(",", "", StringComparison.Ordinal);
        var exponent = 0;
        if (plain.IndexOfAny(['e', 'E']) is > 0 and var at)
        {
            if (!int.TryParse(plain.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs(exponent) > MostDigits) return null;
            plain = plain[..at];
        }

        var point = plain.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? plain : plain.Remove(point, 1);
        if (digits.Length is 0 or > MostDigits || !BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return null;
        exponent -= point < 0 ? 0 : digits.Length - point;
        return exponent >= 0 ? new(number * BigInteger.Pow(10, exponent), 1) : new(number, BigInteger.Pow(10, -exponent));
    }

    public Rational? Over(Rational other) => other.Numerator.IsZero ? null : (other.Numerator.Sign < 0 ? -1 : 1) is var sign
        ? new(Numerator * other.Denominator * sign, Denominator * other.Numerator * sign)
        : null;

    public Rational Plus(Rational other) => new((Numerator * other.Denominator) + (other.Numerator * Denominator), Denominator * other.Denominator);

    public Rational Negated() => new(-Numerator, Denominator);

    public Rational Magnitude() => new(BigInteger.Abs(Numerator), Denominator);

    public bool Same(Rational other) => Numerator * other.Denominator == other.Numerator * Denominator;

    public bool AtMost(Rational other) => Numerator * other.Denominator <= other.Numerator * Denominator;

    public Rational Times(Rational other) => new(Numerator * other.Numerator, Denominator * other.Denominator);

    public static Rational Of(double value) => Parse(value.ToString("R", CultureInfo.InvariantCulture)) ?? throw new ArgumentOutOfRangeException(nameof(value));
}
