namespace Transformer2.Tokenization;

/// <summary>What a token adds to the text.</summary>
/// <param name="Bytes">UTF-8, possibly a part of a character.</param>
/// <param name="IsSingleByte">Whether it is the fallback token of one byte, <c>&lt;0x0A&gt;</c>.</param>
internal readonly record struct TokenBytes(ReadOnlyMemory<byte> Bytes, bool IsSingleByte)
{
    /// <summary>What it adds at the start of a text, without the space that the encoding put in front; null where that is the same.</summary>
    public ReadOnlyMemory<byte>? AtStart { get; init; }
}
