using System.Globalization;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>Where a tenant's reward service is: only where the operator lets the platform call, for it stands inside the operator's network.</summary>
internal static class RewardAddress
{
    private const string Field = "recipe.verifier.argument";

    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidField"/>.</exception>
    public static Uri Parse(string text, IEnumerable<string> allowed)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            || address.UserInfo.Length > 0 || address.PathAndQuery != "/" || address.Fragment.Length > 0)
        {
            throw Invalid("The address of a reward service is http://HOST:PORT or https://HOST:PORT.");
        }

        var exact = string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");
        return allowed.Any(host => Same(host, address.Host) || Same(host, exact))
            ? address
            : throw Invalid("The platform does not call this address: its operator allows others only (T2:Training:RewardHosts), or none.");
    }

    private static bool Same(string left, string right) => string.Equals(left.Trim(), right, StringComparison.OrdinalIgnoreCase);

    private static PlatformException Invalid(string message) => new(ErrorReason.InvalidField, message, ("field", Field));
}
