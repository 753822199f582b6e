using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace Transformer2.Gateway;

/// <summary>
/// The text of an API key: <c>t2_KEYID_SECRET_CRC</c>, all in lower-case hexadecimal digits. The prefix lets scanners find leaked keys; the
/// checksum (CRC-32 of everything before it) lets a mistyped key be refused without asking anybody.
/// </summary>
public sealed record ApiKeyText
{
    private const string Prefix = "t2_";
    private const int KeyIdDigits = 16;
    private const int SecretDigits = 40;
    private const int BodyLength = 3 + KeyIdDigits + 1 + SecretDigits;
    private const int Length = BodyLength + 1 + 8;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private ApiKeyText(string value) => Value = value;

    /// <summary>The whole text, which is the secret.</summary>
    public string Value { get; }

    /// <summary>The public part.</summary>
    public string KeyId => Value.Substring(Prefix.Length, KeyIdDigits);

    /// <summary>SHA-256 of the text: what is kept of it.</summary>
    public ImmutableArray<byte> Hash() => [.. SHA256.HashData(Encoding.ASCII.GetBytes(Value))];

    /// <summary>Makes a new key with 160 random bits of secret.</summary>
    public static ApiKeyText Mint()
    {
        var keyId = RandomNumberGenerator.GetHexString(KeyIdDigits, lowercase: true);
        var secret = RandomNumberGenerator.GetHexString(SecretDigits, lowercase: true);
        var body = $"{Prefix}{keyId}_{secret}";
        return new($"{body}_{Checksum(body)}");
    }

    /// <summary>Takes a text that has the form and the right checksum.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ApiKeyText? key)
    {
        key = text is { Length: Length }
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && IsHex(text.AsSpan(Prefix.Length, KeyIdDigits))
            && text[Prefix.Length + KeyIdDigits] == '_'
            && IsHex(text.AsSpan(BodyLength - SecretDigits, SecretDigits))
            && text[BodyLength] == '_'
            && text.AsSpan(BodyLength + 1).SequenceEqual(Checksum(text.AsSpan(0, BodyLength)))
                ? new(text)
                : null;
        return key is not null;
    }

    /// <summary>Shows the public part only.</summary>
    public override string ToString() => $"{Prefix}{KeyId}_…";

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);

    private static string Checksum(ReadOnlySpan<char> body)
    {
        Span<byte> bytes = stackalloc byte[BodyLength];
        Encoding.ASCII.GetBytes(body, bytes);
        return Crc32.HashToUInt32(bytes).ToString("x8", null);
    }
}
