using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

/// <summary>SHA-256 of an expert file: 64 lower-case hexadecimal digits. It is the expert's identity everywhere behind its name.</summary>
[GenerateSerializer, Immutable, Alias("t2.ContentDigest"), JsonConverter(typeof(StringIdJsonConverter<ContentDigest>))]
public readonly record struct ContentDigest : IStringId<ContentDigest>
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private ContentDigest(string value) => Value = value;

    /// <inheritdoc/>
    [Id(0)]
    public string Value { get; private init; }

    /// <summary>The digest of a content.</summary>
    public static ContentDigest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContentDigest id)
    {
        var valid = text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(Digits);
        id = valid ? new ContentDigest(text!) : default;
        return valid;
    }

    /// <summary>Takes a text that is known to be a digest.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static ContentDigest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException("Not 64 lower-case hexadecimal digits.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
