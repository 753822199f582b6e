namespace Transformer2.Tokenization;

/// <summary>What a token adds to the text.</summary>
/// <param name="Bytes">UTF-8, possibly a part of a character.</param>
/// <param name="IsSingleByte">Whether it is the fallback token of one byte, <c>&lt;0x0A&gt;</c>.</param>
internal readonly record struct TokenBytes(ReadOnlyMemory<byte> Bytes, bool IsSingleByte)
{
    /// <summary>Whether its first byte is a space that SentencePiece's mark stands for.</summary>
    public bool StartsWithMark { get; init; }
}
