using System.Buffers.Binary;
using System.Text.Unicode;

namespace Transformer2.Tokenization;

/// <summary>
/// SentencePiece's compiled rules of what characters become (<c>precompiled_charsmap</c>): the size of a trie in bytes, the trie, which is a
/// double array in the layout of Darts-clone, and the replacements, each ended by a zero byte. Keys and replacements are UTF-8. Every
/// position is checked against the array, so that a damaged map replaces wrongly but reads nothing else and goes on for no time.
/// </summary>
internal sealed class Charsmap
{
    // Far above any rule's; without a bound a damaged trie could be as deep as the text is long, at every place of it.
    private const int MaxKeyBytes = 256;
    private const uint IsValue = 1u << 31;
    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    /// <exception cref="TokenizerException">The map is malformed.</exception>
    public Charsmap(ReadOnlySpan<byte> map)
    {
        var size = map.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (size == 0 || size % sizeof(uint) != 0 || size > map.Length - sizeof(uint))
            throw Malformed("the size of its trie");
        var trie = map.Slice(sizeof(uint), (int)size);
        _trie = new uint[trie.Length / sizeof(uint)];
        for (var i = 0; i < _trie.Length; i++)
            _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(trie[(i * sizeof(uint))..]);
        _replacements = map[(sizeof(uint) + trie.Length)..].ToArray();
        if (!Utf8.IsValid(_replacements))
            throw Malformed("a replacement that is not UTF-8");
        foreach (var unit in _trie)
        {
            if ((unit & IsValue) != 0 && !IsReplacement(unit & ~IsValue))
                throw Malformed("the place of a replacement");
        }
    }

    /// <summary>The rule for the longest key that a text starts with, or for the shortest.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="longest">Which one.</param>
    /// <param name="length">Bytes of the key.</param>
    /// <param name="replacement">What stands in its place.</param>
    public bool TryFind(ReadOnlySpan<byte> text, bool longest, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        replacement = default;
        var at = Offset(_trie[0]);
        for (var i = 0; i < Math.Min(text.Length, MaxKeyBytes) && (longest || length == 0); i++)
        {
            at ^= text[i];
            if (at >= (uint)_trie.Length || Label(_trie[at]) != text[i])
                break;
            var unit = _trie[at];
            at ^= Offset(unit);
            // A key ends where a character does.
            if (HasValue(unit) && (i + 1 == text.Length || !IsContinuation(text[i + 1])))
            {
                if (at >= (uint)_trie.Length || !IsReplacement(_trie[at] & ~IsValue))
                    break;
                length = i + 1;
                replacement = Replacement(_trie[at] & ~IsValue);
            }
        }
        return length > 0;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1 << 9)) >> 6);

    private static uint Label(uint unit) => unit & (IsValue | 0xFF);

    private static bool HasValue(uint unit) => (unit & (1 << 8)) != 0;

    private static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;

    private bool IsReplacement(uint place) => place < (uint)_replacements.Length && !IsContinuation(_replacements[place]);

    private ReadOnlySpan<byte> Replacement(uint place)
    {
        var rest = _replacements.AsSpan((int)place);
        return rest.IndexOf((byte)0) is >= 0 and var end ? rest[..end] : rest;
    }

    private static TokenizerException Malformed(string what) => new($"The precompiled_charsmap is malformed: {what}.");
}
