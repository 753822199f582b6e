using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Transformer2.Engine;

/// <summary>
/// Names the content of a block of the KV cache: everything that its keys and values depend on. A block's key follows from the one before
/// it and its own tokens, so that equal keys mean equal prefixes.
/// </summary>
internal static class PrefixKey
{
    /// <summary>The key before the first block.</summary>
    /// <param name="model">Fingerprint of the base model.</param>
    /// <param name="tenant">Nothing is ever shared between tenants, equal or not.</param>
    /// <param name="expert">The expert's <see cref="ResidentExpert.FormKey"/>; of a mixture, that of what it comes to.</param>
    /// <param name="rotaryLength">The length that dynamic rotary scaling takes; 0 where there is none.</param>
    public static UInt128 Root(string model, string tenant, string expert, int rotaryLength)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[] { model, tenant, expert, rotaryLength.ToString(System.Globalization.CultureInfo.InvariantCulture) })
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>The key of the block that holds these tokens.</summary>
    public static UInt128 Next(UInt128 before, ReadOnlySpan<int> tokens)
    {
        Span<byte> content = stackalloc byte[16 + (tokens.Length * sizeof(int))];
        BinaryPrimitives.WriteUInt128LittleEndian(content, before);
        MemoryMarshal.AsBytes(tokens).CopyTo(content[16..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
