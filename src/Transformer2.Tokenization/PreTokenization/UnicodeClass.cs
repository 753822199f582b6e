using System.Globalization;

namespace Transformer2.Tokenization;

/// <summary>A set of Unicode general categories, as <c>\p{…}</c> names it.</summary>
internal sealed class UnicodeClass
{
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private readonly bool[] _members;

    private UnicodeClass(params string[] prefixes) =>
        _members = [.. Names.Select(name => prefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal)))];

    /// <summary>Letters, marks, decimal digits, letter numbers and connectors.</summary>
    public static UnicodeClass Word { get; } = new("L", "M", "Nd", "Nl", "Pc");

    /// <summary>Everything that Unicode counts as a mark.</summary>
    public static UnicodeClass Mark { get; } = new("M");

    /// <summary>Decimal digits.</summary>
    public static UnicodeClass Digit { get; } = new("Nd");

    /// <summary>Everything that Unicode counts as a number.</summary>
    public static UnicodeClass Number { get; } = new("N");

    /// <summary>Everything that Unicode counts as punctuation.</summary>
    public static UnicodeClass Punctuation { get; } = new("P");

    /// <summary>The categories in the order of <see cref="UnicodeCategory"/>.</summary>
    public static int Count => Names.Length;

    /// <summary>The class of a category's name, such as <c>L</c> or <c>Lu</c>, or null when there is none.</summary>
    public static UnicodeClass? ByName(string name) =>
        name.Length is 1 or 2 && Names.Any(n => n.StartsWith(name, StringComparison.Ordinal)) ? new UnicodeClass(name) : null;

    /// <summary>The two-letter name of a category.</summary>
    public static string NameOf(int category) => Names[category];

    public bool Contains(UnicodeCategory category) => _members[(int)category];
}
