using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods and properties of numbers.</summary>
internal static class NumberMethods
{
    public static object? Find(object? number, string name) => (name, Operators.Integer(number)) switch
    {
        ("real", { } n) => n,
        ("real", _) => number,
        ("imag", null) => 0.0,
        ("imag", _) => 0L,
        ("conjugate", _) => new Callable(name, _ => number),
        ("is_integer", null) when number is double d => new Callable(name, _ => double.IsInteger(d)),
        ("numerator", { } n) => n,
        ("denominator", not null) => 1L,
        ("bit_length", { } n) => new Callable(name, _ => (long)UInt128.Log2(2 * (UInt128)Int128.Abs(n) + 1)),
        ("bit_count", { } n) => new Callable(name, _ => (long)BitOperations.PopCount((ulong)Int128.Abs(n))),
        _ => new Undefined(name),
    };
}
