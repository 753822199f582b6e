using System.Globalization;
using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// Python's numbers: booleans count as 0 and 1, whole numbers are exact. One that a <see cref="long"/> holds is always one, a larger one is a
/// <see cref="BigInteger"/>.
/// </summary>
internal static class Numbers
{
    /// <summary>Most decimal digits of a whole number, as many as Python prints.</summary>
    public const int MaxDigits = 4300;

    private static readonly BigInteger Limit = BigInteger.Pow(10, MaxDigits);

    public static bool IsNumber(object? value) => value is bool or long or double or BigInteger;

    /// <summary>A number as a double.</summary>
    public static double? Number(object? value) => value switch
    {
        double d => d,
        bool b => b ? 1 : 0,
        long n => n,
        BigInteger n => Nearest(n) is var number && double.IsFinite(number) ? number : throw TooLarge(),
        _ => null,
    };

    public static BigInteger? Whole(object? value) => value switch
    {
        bool b => b ? 1 : 0,
        long n => n,
        BigInteger n => n,
        _ => null,
    };

    /// <summary>A whole number as the value of a template.</summary>
    /// <exception cref="ChatTemplateException">It has too many digits.</exception>
    public static object Of(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value
        : BigInteger.Abs(value) < Limit ? value
        : throw TooLarge();

    public static ChatTemplateException TooLarge() => new("A whole number of the chat template is too large.");

    public static object? Arithmetic(string operation, object? a, object? b)
    {
        if (!IsNumber(a) || !IsNumber(b))
            throw new ChatTemplateException($"{Operators.Kind(a)} {operation} {Operators.Kind(b)} is not possible.");
        if (Whole(a) is { } m && Whole(b) is { } n && operation != "/" && !(operation == "**" && n.Sign < 0))
            return Arithmetic(operation, m, n);
        var (x, y) = (Number(a)!.Value, Number(b)!.Value);
        return operation switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "**" when x == 0 && y < 0 => throw DivisionByZero(),
            "**" => Math.Pow(x, y),
            _ when y == 0 => throw DivisionByZero(),
            "/" => x / y,
            "//" => Math.Floor(x / y),
            _ => x - (y * Math.Floor(x / y)),
        };
    }

    public static object? Negate(object? value) => value is double d ? -d : Arithmetic("-", 0L, value);

    /// <summary>The order of two numbers by their exact values; null when one is NaN.</summary>
    public static int? Compare(object? a, object? b) => (a, b) switch
    {
        (double x, double y) => double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y),
        (double x, _) => -Compare(Whole(b)!.Value, x),
        (_, double y) => Compare(Whole(a)!.Value, y),
        (long x, long y) => x.CompareTo(y),
        _ => Whole(a)!.Value.CompareTo(Whole(b)!.Value),
    };

    /// <summary>The same for numbers that are equal, whatever their type.</summary>
    public static int Hash(object number) => (number is BigInteger n ? Nearest(n) : Number(number)!.Value).GetHashCode();

    // The conversion that the library has cuts off instead of rounding.
    private static double Nearest(BigInteger value) => double.Parse(PythonText.Number(value), CultureInfo.InvariantCulture);

    private static int? Compare(BigInteger whole, double number)
    {
        if (!double.IsFinite(number))
            return double.IsNaN(number) ? null : number > 0 ? -1 : 1;
        var floor = Math.Floor(number);
        var order = whole.CompareTo(new BigInteger(floor));
        return order == 0 && number > floor ? -1 : order;
    }

    private static object Arithmetic(string operation, BigInteger m, BigInteger n)
    {
        Work.Spend(Cost(m.GetBitLength(), n.GetBitLength()));
        switch (operation)
        {
            case "+":
                return Of(m + n);
            case "-":
                return Of(m - n);
            case "*":
                return Of(m * n);
            case "**":
                // The bits of the base are at least multiplied by the exponent; 0 and 1 are small for every exponent.
                if (BigInteger.Abs(m) <= 1)
                    return Of(n.IsZero || (m.Sign < 0 && n.IsEven) ? BigInteger.One : m);
                if (n * (BigInteger.Abs(m).GetBitLength() - 1) > Limit.GetBitLength())
                    throw TooLarge();
                Work.Spend(Cost(m.GetBitLength() * (int)n, m.GetBitLength() * (int)n));
                return Of(BigInteger.Pow(m, (int)n));
            default:
                if (n.IsZero)
                    throw DivisionByZero();
                // The remainder has the sign of the divisor.
                var rest = ((m % n) + n) % n;
                return Of(operation == "%" ? rest : (m - rest) / n);
        }
    }

    /// <summary>What multiplying words of 32 bits with each other takes.</summary>
    private static long Cost(long bits, long otherBits) => (bits / 32) * (otherBits / 32) / 16;

    private static ChatTemplateException DivisionByZero() => new("Division by zero.");
}
