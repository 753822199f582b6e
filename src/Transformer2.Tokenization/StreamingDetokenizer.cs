using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Turns ids that arrive one by one into text. A character is given out when its last byte is there, never in halves; everything that
/// was given out, joined, is what <see cref="ITokenizer.Decode"/> makes of all ids. One instance serves one stream.
/// </summary>
public sealed class StreamingDetokenizer
{
    private const string ByteOrderMark = "\uFEFF";
    private readonly Func<int, TokenBytes> _bytesOf;
    private readonly Decoder _decoder;
    private readonly EndTrim _trim;
    private int _toDrop;
    private int _heldBack;
    private int _bytesInRun;
    private char[] _buffer = new char[64];

    /// <param name="bytesOf">Bytes that an id adds.</param>
    /// <param name="trim">What is taken off the ends of the text.</param>
    /// <param name="encoding">UTF-8, and what becomes of bytes that are not.</param>
    internal StreamingDetokenizer(Func<int, TokenBytes> bytesOf, EndTrim trim, Encoding encoding)
    {
        _bytesOf = bytesOf;
        _decoder = encoding.GetDecoder();
        _trim = trim;
        _toDrop = trim.Start;
    }

    /// <summary>Takes the next id and returns the text that is now certain, which may be empty.</summary>
    public string Append(int id)
    {
        var token = _bytesOf(id);
        if (token.Bytes.IsEmpty)
            return "";
        _bytesInRun = token.IsSingleByte ? _bytesInRun + 1 : 0;
        var text = Decode(token.Bytes.Span, flush: false);
        // The reference decodes each run of byte tokens by itself, and its UTF-8 decoder drops a byte order mark at the start.
        return _bytesInRun == 3 && text == ByteOrderMark ? "" : text;
    }

    /// <summary>Ends the stream: bytes of an unfinished character become U+FFFD.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var needed = Encoding.UTF8.GetMaxCharCount(bytes.Length) + 4;
        if (_buffer.Length < needed)
            _buffer = new char[needed];
        var text = _buffer.AsSpan(0, _decoder.GetChars(bytes, _buffer, flush));
        while (_toDrop > 0 && text.Length > 0)
        {
            _toDrop = text[0] == _trim.Character ? _toDrop - 1 : 0;
            if (text[0] == _trim.Character)
                text = text[1..];
        }
        return text.Length == 0 ? "" : HoldBack(new string(text));
    }

    /// <summary>What may turn out to be the end of the text, where something is taken off, waits for what follows.</summary>
    private string HoldBack(string text)
    {
        if (_trim.Stop == 0)
            return text;
        var kept = text.AsSpan().TrimEnd(_trim.Character).Length;
        var run = text.Length - kept + (kept == 0 ? _heldBack : 0);
        var before = kept == 0 ? "" : new string(_trim.Character, _heldBack);
        _heldBack = Math.Min(run, _trim.Stop);
        return $"{before}{text.AsSpan(0, kept)}{new string(_trim.Character, run - _heldBack)}";
    }
}
