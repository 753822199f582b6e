using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Transformer2.Abstractions;

/// <summary>The form that the ids of tenants, experts and adaptations share: a DNS label, so that it is safe in names, paths and keys.</summary>
public static partial class ResourceId
{
    /// <summary>What a valid id is, in words for error messages.</summary>
    public const string Rule = "1 to 63 of a-z, 0-9 and '-', neither beginning nor ending with '-'";

    /// <summary>Whether a text has the form.</summary>
    public static bool IsValid([NotNullWhen(true)] string? text) => text is { Length: <= 63 } && Form().IsMatch(text);

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
