using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// SentencePiece's way back to text: the mark is a space, the one that the dummy prefix made is dropped, an unknown piece shows the model's
/// surface for it, and every byte that is not UTF-8 becomes one U+FFFD.
/// </summary>
internal sealed class SentencePieceDecoder(SentencePieceFile file) : ITokenDecoder
{
    public const char Mark = '\u2581';
    private static readonly Encoding ByteWise = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new OnePerByte());

    public TokenBytes Bytes(string spelling, int id, bool isAdded)
    {
        var type = id < file.Pieces.Count ? file.Pieces[id].Type : PieceType.Control;
        return type switch
        {
            PieceType.Byte => new(new[] { Convert.ToByte(spelling[3..5], 16) }, IsSingleByte: false),
            PieceType.Unknown => new(Encoding.UTF8.GetBytes(file.UnknownSurface), IsSingleByte: false),
            PieceType.Control => new(Encoding.UTF8.GetBytes(spelling), IsSingleByte: false),
            _ => Text(spelling),
        };
    }

    public StreamingDetokenizer Stream(Func<int, TokenBytes?> bytesOf)
    {
        var dropsMark = file.AddDummyPrefix || file.RemoveExtraSpaces;
        return new StreamingDetokenizer(Next, trim: default, ByteWise);

        TokenBytes Next(int id)
        {
            if (bytesOf(id) is not { } token)
                return default;
            if (dropsMark && token.AtStart is { } bytes)
            {
                token = token with { Bytes = bytes };
                dropsMark = file.RemoveExtraSpaces;
            }
            dropsMark &= token.Bytes.IsEmpty;
            return token;
        }
    }

    private static TokenBytes Text(string spelling)
    {
        var bytes = Encoding.UTF8.GetBytes(spelling.Replace(Mark, ' '));
        var token = new TokenBytes(bytes, IsSingleByte: false);
        return spelling.StartsWith(Mark) ? token with { AtStart = bytes.AsMemory(1) } : token;
    }

    private sealed class OnePerByte : DecoderFallback
    {
        public override int MaxCharCount => 4;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer();

        private sealed class Buffer : DecoderFallbackBuffer
        {
            private int _given, _count;

            public override int Remaining => _count - _given;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                (_given, _count) = (0, bytesUnknown.Length);
                return _count > 0;
            }

            public override char GetNextChar()
            {
                if (_given >= _count)
                    return '\0';
                _given++;
                return '\uFFFD';
            }

            public override bool MovePrevious()
            {
                if (_given == 0)
                    return false;
                _given--;
                return true;
            }

            public override void Reset() => (_given, _count) = (0, 0);
        }
    }
}
