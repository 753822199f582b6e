using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Transformer2.Experts;

/// <summary>
/// A SHA-256 over a sequence of records, written as <c>sha256:</c> and 64 lower-case hexadecimal digits. Texts and byte strings are
/// preceded by their length, so that two different sequences never hash the same bytes.
/// </summary>
public sealed class Fingerprint : IDisposable
{
    /// <summary>How every fingerprint begins.</summary>
    public const string Prefix = "sha256:";

    private const int HexDigits = 64;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Begins a fingerprint.</summary>
    /// <param name="kind">What is fingerprinted and in which encoding, for example <c>t2.base-model.v1</c>.</param>
    public Fingerprint(string kind) => Add(kind);

    /// <summary>The fingerprint of plain bytes, nothing added: what <c>sha256sum</c> prints.</summary>
    public static string OfBytes(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether the text has the form of a fingerprint.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: HexDigits + 7 }
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Hex);

    /// <summary>Adds a number.</summary>
    public Fingerprint Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Adds a text.</summary>
    public Fingerprint Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    /// <summary>Adds a byte string.</summary>
    public Fingerprint Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Adds a part of a byte string whose whole length was added before.</summary>
    public Fingerprint AddPart(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Ends the fingerprint.</summary>
    public string Finish() => Prefix + Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
