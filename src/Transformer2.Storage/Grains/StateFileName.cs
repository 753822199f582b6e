using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Transformer2.Storage;

/// <summary>
/// File names for grain states: <c>TYPE/KEY@STATE.json</c>. Different ids get different names on every file system: all bytes but
/// <c>a-z 0-9 . _ -</c> are percent-encoded (upper case too, for file systems that ignore case), and long parts end in a hash.
/// </summary>
internal static class StateFileName
{
    private const int LongestPart = 100;
    private const int KeptOfLongPart = 60;
    private const int HashDigits = 32;

    /// <summary>The path of a state below the storage's folder.</summary>
    public static string Of(string stateName, GrainId grain) =>
        Path.Combine(Encode(grain.Type.ToString()!), $"{Encode(grain.Key.ToString()!)}@{Encode(stateName)}.json");

    private static string Encode(string part)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        var encoded = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            // A dot at either end would hide a file, mean a parent folder, or vanish.
            var plain = bytes[i] is >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'_' or (byte)'-'
                || (bytes[i] == (byte)'.' && i > 0 && i < bytes.Length - 1);
            if (plain)
            {
                encoded.Append((char)bytes[i]);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{bytes[i]:x2}");
            }
        }

        if (encoded.Length <= LongestPart)
        {
            return encoded.ToString();
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashDigits];
        return $"{encoded.ToString(0, KeptOfLongPart)}~{hash}";
    }
}
