using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Turns ids that arrive one by one into text. A character is given out when its last byte is there, never in halves; everything that
/// was given out, joined, is what <see cref="ITokenizer.Decode"/> makes of all ids. One instance serves one stream.
/// </summary>
public sealed class StreamingDetokenizer
{
    private readonly Func<int, ReadOnlyMemory<byte>> bytesOf;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private int leadingSpacesToDrop;
    private char[] buffer = new char[64];

    /// <param name="bytesOf">Bytes that an id adds.</param>
    /// <param name="leadingSpacesToDrop">How many spaces at the very start of the text are an artefact of the encoding.</param>
    internal StreamingDetokenizer(Func<int, ReadOnlyMemory<byte>> bytesOf, int leadingSpacesToDrop)
    {
        this.bytesOf = bytesOf;
        this.leadingSpacesToDrop = leadingSpacesToDrop;
    }

    /// <summary>Takes the next id and returns the text that is now certain, which may be empty.</summary>
    public string Append(int id) => Decode(bytesOf(id).Span, flush: false);

    /// <summary>Ends the stream: bytes of an unfinished character become U+FFFD.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var needed = Encoding.UTF8.GetMaxCharCount(bytes.Length) + 4;
        if (buffer.Length < needed)
            buffer = new char[needed];
        var text = buffer.AsSpan(0, decoder.GetChars(bytes, buffer, flush));
        while (leadingSpacesToDrop > 0 && text.Length > 0)
        {
            leadingSpacesToDrop = text[0] == ' ' ? leadingSpacesToDrop - 1 : 0;
            if (text[0] == ' ')
                text = text[1..];
        }
        return text.Length == 0 ? "" : new string(text);
    }
}
