using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Byte-pair encoding of one word, over bytes (GPT-2) or over characters with bytes as fallback (SentencePiece).</summary>
internal sealed class BpeModel
{
    private readonly BpeOptions _options;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _fixed;
    private readonly int?[] _byteIds = new int?[256];

    /// <param name="vocabulary">Tokens that text can become: no special ones.</param>
    /// <param name="fixedWords">Words that are one token whatever the merges say.</param>
    public BpeModel(BpeOptions options, Dictionary<string, int> vocabulary, IReadOnlyDictionary<string, int> fixedWords)
    {
        if (fixedWords.Count > 0)
            _fixed = fixedWords.ToDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _options = options;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var b = 0; b < 256; b++)
        {
            var spelling = options.ByteLevel ? ByteAlphabet.ToChar((byte)b).ToString() : ByteToken(b);
            _byteIds[b] = vocabulary.TryGetValue(spelling, out var id) ? id : null;
        }
    }

    public static string ByteToken(int value) => $"<0x{value:X2}>";

    /// <summary>Appends the ids of one word. The buffer is working memory.</summary>
    public void Encode(ReadOnlySpan<char> word, MergeBuffer buffer, List<int> output)
    {
        if (word.IsEmpty)
            return;
        if (_fixed is { } words && words.TryGetValue(word, out var fixedId))
            output.Add(fixedId);
        else if (_options.ByteLevel)
            EncodeBytes(word, buffer, output);
        else
            EncodeCharacters(word, buffer, output);
    }

    private void EncodeBytes(ReadOnlySpan<char> word, MergeBuffer buffer, List<int> output)
    {
        var size = Encoding.UTF8.GetByteCount(word);
        var bytes = size <= 256 ? stackalloc byte[size] : new byte[size];
        Encoding.UTF8.GetBytes(word, bytes);
        if (_options.IgnoreMerges)
        {
            var spelling = size <= 256 ? stackalloc char[size] : new char[size];
            for (var i = 0; i < size; i++)
                spelling[i] = ByteAlphabet.ToChar(bytes[i]);
            if (_lookup.TryGetValue(spelling, out var whole))
            {
                output.Add(whole);
                return;
            }
        }
        buffer.Clear();
        foreach (var b in bytes)
            buffer.Add(_byteIds[b] ?? _options.UnknownId ?? throw new TokenizerException($"The vocabulary has no token for byte 0x{b:X2}."));
        buffer.MergeInto(output);
    }

    private void EncodeCharacters(ReadOnlySpan<char> word, MergeBuffer buffer, List<int> output)
    {
        if (_options.IgnoreMerges && _lookup.TryGetValue(word, out var whole))
        {
            output.Add(whole);
            return;
        }
        buffer.Clear();
        var afterUnknown = false;
        for (int at = 0, length; at < word.Length; at += length)
        {
            Rune.DecodeFromUtf16(word[at..], out var rune, out length);
            if (_lookup.TryGetValue(word.Slice(at, length), out var id))
                buffer.Add(id);
            else if (!TryAddBytes(rune, buffer))
            {
                if (!(afterUnknown && _options.FuseUnknown))
                    buffer.Add(_options.UnknownId ?? throw new TokenizerException($"The vocabulary has no token for U+{rune.Value:X4}."));
                afterUnknown = true;
                continue;
            }
            afterUnknown = false;
        }
        buffer.MergeInto(output);
    }

    private bool TryAddBytes(Rune rune, MergeBuffer buffer)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..rune.EncodeToUtf8(bytes)];
        if (!_options.ByteFallback)
            return false;
        foreach (var b in bytes)
        {
            if (_byteIds[b] is null)
                return false;
        }
        foreach (var b in bytes)
            buffer.Add(_byteIds[b]!.Value);
        return true;
    }
}
