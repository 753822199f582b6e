using System.Text;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Checks of single fields.</summary>
internal static class Fields
{
    private const int DisplayNameLength = 200;

    public static PlatformException Invalid(string field, string message) => new(ErrorReason.InvalidField, message, ("field", field));

    /// <summary>An optional name for people.</summary>
    public static string DisplayName(string name, string otherwise)
    {
        if (name.EnumerateRunes().Count() > DisplayNameLength)
            throw Invalid("display_name", $"display_name has more than {DisplayNameLength} characters.");
        if (name.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control))
            throw Invalid("display_name", "display_name has control characters.");
        return name.Length == 0 ? otherwise : name;
    }
}
