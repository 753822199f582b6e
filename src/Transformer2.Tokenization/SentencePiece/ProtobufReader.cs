using System.Buffers.Binary;
using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Goes through the fields of one protobuf message (the wire format of protobuf's documentation, without groups). Everything is checked
/// against the length, so a damaged message ends in an error.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest = message;
    private ulong _number;
    private ReadOnlySpan<byte> _bytes;
    private WireType _type;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        var key = Varint();
        if (key >> 3 is 0 or > (1 << 29) - 1)
            throw Malformed("field number");
        Field = (int)(key >> 3);
        _type = (WireType)(key & 7);
        switch (_type)
        {
            case WireType.Varint:
                _number = Varint();
                break;
            case WireType.Fixed64:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case WireType.Fixed32:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            case WireType.Bytes:
                _bytes = Take(Varint());
                break;
            default:
                throw Malformed("wire type");
        }
        return true;
    }

    public readonly ReadOnlySpan<byte> Bytes() => _type == WireType.Bytes ? _bytes : throw Malformed("type");

    public readonly int Integer() => _type == WireType.Varint ? unchecked((int)_number) : throw Malformed("type");

    public readonly bool Flag() => _type == WireType.Varint ? _number != 0 : throw Malformed("type");

    public readonly float Single() => _type == WireType.Fixed32 ? BitConverter.UInt32BitsToSingle((uint)_number) : throw Malformed("type");

    public readonly string Text()
    {
        try
        {
            return Strict.GetString(Bytes());
        }
        catch (DecoderFallbackException e)
        {
            throw new TokenizerException($"A text of the SentencePiece model is not UTF-8, in field {Field}.", e);
        }
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
        throw Malformed("number");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Malformed("length");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private readonly TokenizerException Malformed(string what) => new($"The SentencePiece model is malformed: {what} of field {Field}.");
}
