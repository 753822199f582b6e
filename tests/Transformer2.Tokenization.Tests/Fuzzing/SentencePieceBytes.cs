using System.Text;

namespace Transformer2.Tokenization.Tests.Fuzzing;

/// <summary>Writes small SentencePiece models.</summary>
internal static class SentencePieceBytes
{
    /// <summary>A BPE model with byte fallback; further fields of trainer and normalizer as numbers.</summary>
    /// <param name="pieces">Further pieces with their scores and types.</param>
    /// <param name="trainer">Of the trainer.</param>
    /// <param name="normalizer">Of the normalizer.</param>
    /// <param name="charsmap">What characters become before anything else.</param>
    public static byte[] Model(
        (string Text, float Score, int Type)[]? pieces = null, (int Field, int Value)[]? trainer = null, (int Field, int Value)[]? normalizer = null,
        byte[]? charsmap = null)
    {
        (string, float, int)[] all =
        [
            ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3),
            .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f, 6)),
            ("▁a", 0, 1), ("ab", -1, 1), ("▁", -2, 1), ("a", -3, 1), ("b", -4, 1),
            .. pieces ?? [],
        ];
        var model = new List<byte>();
        foreach (var (text, score, type) in all)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Message(model, 1, [(1 << 3) | 2, .. Varint(bytes.Length), .. bytes, (2 << 3) | 5, .. BitConverter.GetBytes(score), 3 << 3, (byte)type]);
        }
        Message(model, 2, Numbers([(3, 2), (35, 1), .. trainer ?? []]));
        var rules = new List<byte>();
        if (charsmap is not null)
            Message(rules, 2, charsmap);
        Message(model, 3, [.. rules, .. Numbers([(4, 0), .. normalizer ?? []])]);
        return [.. model];
    }

    private static byte[] Numbers((int Field, int Value)[] fields) => [.. fields.SelectMany(f => Varint(f.Field << 3).Concat(Varint(f.Value)))];

    private static void Message(List<byte> output, int field, byte[] content)
    {
        output.AddRange(Varint((field << 3) | 2));
        output.AddRange(Varint(content.Length));
        output.AddRange(content);
    }

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
