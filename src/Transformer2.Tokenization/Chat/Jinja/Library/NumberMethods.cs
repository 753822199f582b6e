using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods and properties of numbers.</summary>
internal static class NumberMethods
{
    public static object? Find(object? number, string name) => (name, Numbers.Whole(number)) switch
    {
        ("real", { } n) => Numbers.Of(n),
        ("real", _) => number,
        ("imag", null) => 0.0,
        ("imag", _) => 0L,
        ("conjugate", _) => new Callable(name, _ => number),
        ("is_integer", null) when number is double d => new Callable(name, _ => double.IsInteger(d)),
        ("numerator", { } n) => Numbers.Of(n),
        ("denominator", not null) => 1L,
        ("bit_length", { } n) => new Callable(name, _ => BigInteger.Abs(n).GetBitLength()),
        ("bit_count", { } n) => new Callable(name, _ => (long)BigInteger.PopCount(BigInteger.Abs(n))),
        _ => new Undefined(name),
    };
}
